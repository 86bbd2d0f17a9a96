import { describe } from '@jest/globals';
import { startKubernetes } from '../../simulator/kubernetes/kubernetes.ts';
import { contract } from './contract.ts';

describe('the embedded API server', () => {
  contract(async () => {
    const server = await startKubernetes();
    return { url: server.url, ca: server.ca, token: server.token, stop: () => server.close() };
  });
});
