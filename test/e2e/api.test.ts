// What an API server makes of our definitions, and what it must do for our clients: the real one is right.
import { judge } from '../api/judge.ts';
import { contract } from '../kubernetes/contract.ts';
import { onEachServer } from './each-server.ts';

onEachServer('custom resources and protocol', (given) => {
  const start = () => Promise.resolve({ ...given.server, stop: () => Promise.resolve() });
  judge({ start, ...(given.kubectl && { kubectl: given.kubectl }) });
  contract(start);
});
