import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/support/seed.ts'],
    restoreMocks: true,
    isolate: false,
    // For what hangs; a busy machine may take its time.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Much of the time is spent waiting for child processes.
    maxWorkers: Math.max(3, availableParallelism()),
  },
});
