import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { sweeping } from './test/support/sweep.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/fresh-build.ts'],
    setupFiles: ['test/support/seed.ts'],
    restoreMocks: true,
    isolate: false,
    // For what hangs; a busy machine may take its time, and a sweep an hour.
    testTimeout: sweeping ? 3_600_000 : 120_000,
    hookTimeout: 120_000,
    // Much of the time is spent waiting for child processes.
    maxWorkers: Math.max(3, availableParallelism()),
  },
});
