import { appendFileSync } from 'node:fs';
import { afterAll, beforeAll, describe } from '@jest/globals';
import { skipped } from '../api/skipped.ts';
import { bothServers, type Server } from './servers.ts';

/** `server` is there once tests run. */
export type Given = { readonly server: Server; kubectl?: string };

const START_TIMEOUT_MS = 90_000;
const kinds = await bothServers();

/** Registers the same cases for each API server, each of them started for this part alone. `lacking`: why none can run. */
export function onEachServer(part: string, cases: (given: Given) => void, lacking?: string): void {
  describe.each(kinds)(`${part}, on $title`, (kind) => {
    if ('absent' in kind || lacking !== undefined) {
      skipped(lacking ?? ('absent' in kind ? kind.absent : ''));
      return;
    }
    let server: Server | undefined;
    beforeAll(async () => {
      server = await kind.start();
      note({ part, title: kind.title, version: server.version, url: server.url });
    }, START_TIMEOUT_MS);
    afterAll(() => server?.stop());
    cases({
      get server() {
        if (!server) throw new Error('the server is there once tests run');
        return server;
      },
      ...(kind.kubectl && { kubectl: kind.kubectl }),
    });
  });
}

/** For the table at the end, and for whoever watches. */
function note(ran: { part: string; title: string; version: string; url: string }): void {
  process.stderr.write(`${ran.part}: on Kubernetes ${ran.version} at ${ran.url} (${ran.title})\n`);
  const file = process.env['E2E_NOTES'];
  if (file) appendFileSync(file, `${JSON.stringify(ran)}\n`);
}
