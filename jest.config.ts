import type { Config } from 'jest';

const config: Config = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  // `npm run test:e2e` runs those.
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/e2e/'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/test/strip-types.mjs' },
  reporters: ['default', '<rootDir>/test/closing-line.mjs'],
  // The default leaves one core idle; most of these tests wait for sockets.
  maxWorkers: '100%',
  testTimeout: 30_000,
  // Each test file loads the SDKs anew; a recycled worker gives the memory back.
  workerIdleMemoryLimit: '1500MB',
  // Giving a gigabyte back takes longer than the half second after which jest would speak of leaking tests.
  workerGracefulExitTimeout: 10_000,
};

export default config;
