/** The scripts that go into runner Pods, from disk: what renders them reads no file. */
import { readFile } from 'node:fs/promises';
import type { RenderAssets } from './children/input.ts';

export async function readRenderAssets(): Promise<RenderAssets> {
  return { oneJobScript: await readScript('one-job.sh'), jobEnvScript: await readScript('job-env.sh') };
}

async function readScript(name: string): Promise<string> {
  return readFile(new URL(`./children/entrypoint/${name}`, import.meta.url), 'utf8');
}
