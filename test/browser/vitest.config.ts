/** `npm run test:ui`: what only a browser can tell. Needs Chromium; `npm test` does not run it. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/browser/**/*.spec.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // One world and one browser for all of them, in the order in which they stand.
    fileParallelism: false,
    reporters: ['verbose'],
  },
});
