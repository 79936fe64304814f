/**
 * `npm run generate:kubernetes -- SWAGGER VERSION` writes the shapes of a Pod template anew. SWAGGER is
 * `api/openapi-spec/swagger.json` of Kubernetes, for example of the Go module that
 * `go mod download -json k8s.io/kubernetes@v1.37.2` names; VERSION is its version, such as `1.37.2`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { shapesBelow } from './api/kubernetes/reduce.ts';

const ROOT = 'io.k8s.api.core.v1.PodTemplateSpec';
const target = join(import.meta.dirname, 'api/kubernetes/pod-template.json');
const [, , file, version] = process.argv;

if (file === undefined || version === undefined) {
  process.stderr.write('usage: npm run generate:kubernetes -- SWAGGER VERSION\n');
  process.exitCode = 2;
} else {
  const { types, ...rest } = shapesBelow(ROOT, JSON.parse(readFileSync(file, 'utf8')), version);
  // One type a line: a newer Kubernetes shows as a readable change.
  const lines = Object.entries(types).map(([name, fields]) => `    ${JSON.stringify(name)}: ${JSON.stringify(fields)}`);
  writeFileSync(target, `{\n  "version": ${JSON.stringify(rest.version)},\n  "types": {\n${lines.join(',\n')}\n  }\n}\n`);
  process.stdout.write(`wrote ${lines.length} types of Kubernetes ${version}\n`);
}
