// What an API server must do for our clients, said over HTTP only: the same cases run on the embedded server and,
// where there is one, on a real kube-apiserver.
import { afterAll, beforeAll } from '@jest/globals';
import { type Address, type Client, createClient } from './client.ts';
import { describeApply } from './contract-apply.ts';
import { describeBuiltins } from './contract-builtins.ts';
import { describeDefinitions } from './contract-definitions.ts';
import { describeLifecycle } from './contract-lifecycle.ts';
import { describeLists } from './contract-lists.ts';
import { describePatches } from './contract-patches.ts';
import { describeRules } from './contract-rules.ts';
import { describeSchemas } from './contract-schemas.ts';
import { describeWatches } from './contract-watches.ts';
import { describeWrites } from './contract-writes.ts';
import { serveWidgets } from './widgets.ts';

/** A running server. `namespace` makes a fresh namespace; only valid inside tests. */
export type Running = { client: Client; namespace(): Promise<string> };

const START_TIMEOUT_MS = 90_000;

/** Registers every case; to be called inside a describe that names the server, which must run its controllers. */
export function contract(start: () => Promise<Address & { stop(): Promise<void> }>): void {
  const running = {} as Running;
  let stop = async () => {};

  beforeAll(async () => {
    const server = await start();
    const client = createClient(server);
    running.client = client;
    let made = 0;
    running.namespace = async () => {
      made += 1;
      const name = `case-${made}`;
      await client.post('/api/v1/namespaces', { metadata: { name } });
      return name;
    };
    stop = async () => {
      await client.close();
      await server.stop();
    };
    await serveWidgets(client);
  }, START_TIMEOUT_MS);

  afterAll(() => stop());

  describeWrites(running);
  describeSchemas(running);
  describePatches(running);
  describeApply(running);
  describeLists(running);
  describeWatches(running);
  describeBuiltins(running);
  describeRules(running);
  describeDefinitions(running);
  describeLifecycle(running);
}
