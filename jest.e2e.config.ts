import type { Config } from 'jest';
import base from './jest.config.ts';

/** `npm run test:e2e`: processes and servers on real time, on the embedded and on a real API server. */
const config: Config = {
  ...base,
  roots: ['<rootDir>/test/e2e'],
  testPathIgnorePatterns: ['/node_modules/'],
  // More than this machine has cores: a Lease that runs out and a policy that takes effect are waited for in real time.
  maxWorkers: 3,
  reporters: ['default', '<rootDir>/test/e2e/what-ran.mjs', '<rootDir>/test/closing-line.mjs'],
};

export default config;
