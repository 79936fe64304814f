/** The browser of this machine; none is downloaded. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Throws when there is none, and says how to get one. */
export function findChromium(environment: Readonly<Record<string, string | undefined>>): string {
  const named = environment['CHROMIUM_BIN'] ?? '';
  if (named !== '') {
    if (isExecutable(named)) return named;
    throw new Error(`CHROMIUM_BIN names ${named}, which can not be run`);
  }
  const directories = (environment['PATH'] ?? '').split(delimiter);
  const found = directories.flatMap((directory) => NAMES.map((name) => join(directory, name))).find(isExecutable);
  if (found === undefined) {
    throw new Error(
      `none of ${NAMES.join(', ')} is in PATH: install Debian's package chromium, or set CHROMIUM_BIN to a Chromium or Chrome`,
    );
  }
  return found;
}

export function launchChromium(): Promise<Browser> {
  // As root, in a container, Chromium's own sandbox can't start.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath: findChromium(process.env), args });
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
