import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { LongFirst } from './test/long-first.ts';

/** The tests of what coverage is asked of: those of a folder itself have to reach its branches, without the long plays of `rest`. */
const CORE = ['api', 'pool', 'children', 'hooks', 'forgejo', 'contract'].map((folder) => `test/${folder}/**/*.test.ts`);

export default defineConfig({
  test: {
    projects: [
      { extends: true, test: { name: 'core', include: CORE } },
      { extends: true, test: { name: 'rest', include: ['test/**/*.test.ts'], exclude: [...CORE, 'test/e2e/**'] } },
    ],
    setupFiles: ['test/setup.ts'],
    testTimeout: 30_000,
    // Half of the time went into loading the same modules for each file; test/architecture/shared-process.test.ts says what no test may do.
    isolate: false,
    maxWorkers: '100%',
    sequence: { sequencer: LongFirst },
    // For the programs that tests start: most of what `node src/main.ts` takes is compiling.
    env: { NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules/.cache/node-compile') },
    coverage: {
      provider: 'v8',
      include: ['src/pool/**', 'src/children/**', 'src/hooks/**', 'src/forgejo/**'],
      exclude: ['**/*.sh'],
      reporter: ['text-summary', 'json-summary'],
      thresholds: { branches: 95 },
    },
  },
});
