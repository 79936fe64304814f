/** The files that the page needs besides itself, read once at the start. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';

export interface Asset {
  readonly name: string;
  readonly type: string;
  readonly content: string;
  /** Of the content: a browser that has it is told so. */
  readonly etag: string;
}

const TYPES = {
  'style.css': 'text/css; charset=utf-8',
  'live.js': 'text/javascript; charset=utf-8',
  'age.js': 'text/javascript; charset=utf-8',
  'icon.svg': 'image/svg+xml',
} as const;

export async function readAssets(): Promise<readonly Asset[]> {
  return Promise.all(
    Object.entries(TYPES).map(async ([name, type]) => {
      const content = await readFile(new URL(`./assets/${name}`, import.meta.url), 'utf8');
      const etag = `"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"`;
      return { name, type, content, etag };
    }),
  );
}
