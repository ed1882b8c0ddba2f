import { defineConfig } from 'vitest/config';

/**
 * For `npm run mutants`: each mutant runs every test that reaches it, so only those that need no server, no command and
 * no second process.
 */
export default defineConfig({
  test: {
    include: ['test/{apply,plan,verify,journal}/**/*.test.ts', 'test/host/{http-client,no-answer}.test.ts'],
    // Two processes; every order of the steps of three. What they alone hold counts as let pass.
    exclude: ['test/journal/{lock-race,folder-locks}.test.ts'],
    testTimeout: 120_000,
    setupFiles: ['test/support/seed.ts'],
    env: { RELAY_MUTANTS: '1' },
    restoreMocks: true,
    isolate: false,
  },
});
