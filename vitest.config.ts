import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/support/temporary.ts',
    // Most tests wait for sockets and timers: on two cores three at a time halve the whole.
    maxWorkers: 3,
    // Machines of CI are slow; what hangs is ended all the same.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
