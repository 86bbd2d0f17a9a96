// The simulated clouds in a process of their own: node bench/stage-clouds.ts WORLD SPEED.
import { readFileSync } from 'node:fs';
import { deserialize } from 'node:v8';
import type { LoggedRequest } from '../simulator/request-log.ts';
import { startSimulator } from '../simulator/start.ts';
import type { World } from '../simulator/world.ts';
import type { CloudQuestions, CloudsReady, Tally } from './stage/messages.ts';
import { answerQuestions, usage } from './stage/serve.ts';

const [worldFile = '', speed = '1'] = process.argv.slice(2);
const world = deserialize(readFileSync(worldFile)) as World;
const simulator = await startSimulator({ world, speed: Number(speed) });
await simulator.listening();

answerQuestions(
  { env: simulator.env, ca: simulator.ca } satisfies CloudsReady,
  {
    usage,
    tally: () => tallyOf(simulator.requests.list(), simulator.requests.writes().length),
    clear: () => simulator.requests.clear(),
  } satisfies CloudQuestions,
);

function tallyOf(requests: readonly LoggedRequest[], writes: number): Tally {
  const calls: Record<string, number> = {};
  for (const request of requests) {
    const key = `${request.service} ${request.method} ${routeOf(request.path)} ${request.status}`;
    calls[key] = (calls[key] ?? 0) + 1;
  }
  return { calls, writes, refused: requests.filter(({ status }) => status === 429).length };
}

/** Without ids, names of resources and everything before the provider. */
function routeOf(path: string): string {
  return path
    .replace(/^.*\/providers\/(?=Microsoft)/i, '')
    .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/gi, '{id}')
    .replace(/\b(pe|pls|nic|vnet|rg)-[\w-]+/gi, '{name}')
    .replace(/privatelink\.fabric\.microsoft\.com/i, '{zone}');
}
