/** What every run needs from disk, read once. */
import { readController } from '../../src/dev/demo/embedded-world.ts';
import { readRenderAssets } from '../../src/render-assets.ts';
import type { Assets } from './run.ts';

export async function readAssets(): Promise<Assets> {
  return { controller: await readController(), assets: await readRenderAssets() };
}
