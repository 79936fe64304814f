/** Whose work is in the image's one file, and under which terms it may be there. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

const PACKAGE = /^(.*\/node_modules\/((?:@[^/]+\/)?[^/]+))\//;
const LICENSE_FILE = /^(licen[sc]e|copying|notice)/i;

/** The license texts of the packages that the modules (absolute paths) are of, by name; throws for a package that names none. */
export async function licensesOf(modules: readonly string[], read: (path: string) => Promise<string>): Promise<string> {
  const packages = new Map(modules.flatMap((module) => packageOf(module)));
  const texts = [...packages].toSorted(([, a], [, b]) => (a < b ? -1 : 1)).map(([path, name]) => textOf(path, name, read));
  return (await Promise.all(texts)).join('\n');
}

function packageOf(module: string): readonly (readonly [string, string])[] {
  const [, path, name] = PACKAGE.exec(module) ?? [];
  return path === undefined || name === undefined ? [] : [[path, name]];
}

async function textOf(path: string, name: string, read: (path: string) => Promise<string>): Promise<string> {
  const files = (await readdir(path)).filter((file) => LICENSE_FILE.test(file)).toSorted();
  const texts = files.length === 0 ? [await named(path, name, read)] : await Promise.all(files.map((file) => read(join(path, file))));
  return `${name}\n${'-'.repeat(name.length)}\n\n${texts.map((text) => text.trim()).join('\n\n')}\n`;
}

/** Some packages have no more than the name of their license. */
async function named(path: string, name: string, read: (path: string) => Promise<string>): Promise<string> {
  const license = /"license"\s*:\s*"([^"]+)"/.exec(await read(join(path, 'package.json')))?.[1];
  if (license === undefined) throw new Error(`${name} does not say under which license it is`);
  return `License: ${license}`;
}
