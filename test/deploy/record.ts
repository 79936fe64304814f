/**
 * `node test/deploy/record.ts` asks Helm and kubectl anew what the chart and the kustomizations come to, and records it.
 * `HELM_BIN` and `KUBECTL_BIN` say where they are, if they are not on `PATH`.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { programPath } from './support/programs.ts';
import { hashOfInputs, RECORDED, RENDERINGS, ROOT, recordingOf } from './support/rendering.ts';

rmSync(join(ROOT, RECORDED), { recursive: true, force: true });
for (const { name, program, args } of RENDERINGS) {
  const path = programPath(program);
  if (path === null) throw new Error(`${program} was not found; name it in ${program.toUpperCase()}_BIN`);
  const file = join(ROOT, RECORDED, `${name}.yaml`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, recordingOf(execFileSync(path, args, { cwd: ROOT, encoding: 'utf8' })));
  process.stdout.write(`recorded ${name}\n`);
}
writeFileSync(join(ROOT, RECORDED, 'inputs.sha256'), `${hashOfInputs()}\n`);
