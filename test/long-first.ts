/** What takes long begins first, so that all cores are busy to the end: on a clean checkout vitest knows only how large the files are. */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Longest first; paths from the root of the project. */
export const LONG: readonly string[] = [
  'simulation/simulation',
  'docs/readme',
  'service/main',
  'docs/commands',
  'identity/login-action',
  'identity/statuses',
  'explore/explore',
  'docs/cost',
  'identity/canaries',
  'lifecycle/never-start',
  'lifecycle/unheard',
  'properties/rest.properties',
  'children/entrypoint',
].map((file) => `test/${file}.test.ts`);

function rank({ moduleId }: TestSpecification): number {
  const index = LONG.findIndex((file) => moduleId.endsWith(`/${file}`));
  return index === -1 ? LONG.length : index;
}

/** `core` is many short files. A process serves one project, so theirs are not mixed. */
function isCore({ project }: TestSpecification): number {
  return Number(project.name === 'core');
}

export class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => isCore(a) - isCore(b) || rank(a) - rank(b));
  }
}
