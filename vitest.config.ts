import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/e2e/**', 'node_modules/**'],
    testTimeout: 20_000,
    coverage: {
      provider: 'v8',
      include: ['src/pool/**', 'src/children/**', 'src/hooks/**', 'src/forgejo/**'],
      reporter: ['text-summary', 'json-summary'],
    },
  },
});
