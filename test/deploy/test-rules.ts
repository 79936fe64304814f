/**
 * `npm run test:rules`: Prometheus' own promtool reads the alerts and plays the worlds of `deploy/monitoring/tests`. It is in
 * Debian's package `prometheus` and in every release of Prometheus; PROMTOOL_BIN says where, if not on PATH.
 */
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

const root = join(import.meta.dirname, '../..');
const promtool = process.env['PROMTOOL_BIN'] || 'promtool';

/** False when it could not be run or did not like what it read. */
function run(...args: readonly string[]): boolean {
  const { error, status } = spawnSync(promtool, args, { cwd: root, stdio: 'inherit' });
  if (error === undefined) return status === 0;
  const why = 'code' in error && error.code === 'ENOENT' ? 'is not there' : `can not be run: ${error.message}`;
  process.stderr.write(
    `promtool ${why} (${promtool}): install Prometheus (Debian: apt-get install prometheus), or set PROMTOOL_BIN to the program.\n`,
  );
  return false;
}

const rules = globSync('deploy/monitoring/rules/*.yaml', { cwd: root });
const tests = globSync('deploy/monitoring/tests/*.yaml', { cwd: root });
if (!run('check', 'rules', ...rules) || !run('test', 'rules', ...tests)) process.exitCode = 1;
