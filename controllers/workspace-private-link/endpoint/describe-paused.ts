import { noteKeys } from '../desired-endpoint-notes.ts';
import { kubectl } from '../desired-names.ts';
import type { Seen } from '../types.ts';

type Endpoint = Seen['endpoints'][number];

const toMinute = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16)}Z`;

/** How often, since when, and what the one who rejects says of it. */
export function pausedDetail({ provenance }: Seen, { desired, facts, connection }: Endpoint): string | undefined {
  const note = provenance.recreations[desired.ref];
  if (!note) return undefined;
  const [first = 0] = note.atMs;
  const says = connection?.description;
  const count = `${note.atMs.length} times since ${toMinute(first)}, ${facts.connection} each time`;
  return says === undefined || says === '' ? count : `${count}, the last one with "${says}"`;
}

/** Whom to look for, when it is tried again, and how to have it tried at once. */
export function pausedRemedy(seen: Seen, endpoint: Endpoint | undefined): string | undefined {
  if (!endpoint) return undefined;
  const again = `\`${kubectl(seen.desired, 'annotate')} ${noteKeys(seen.provenance, endpoint.desired.ref, 'recreated')
    .map((key) => `${key}-`)
    .join(' ')}\``;
  const until = endpoint.pausedUntilMs === undefined ? 'later' : `at ${toMinute(endpoint.pausedUntilMs)}`;
  return `find the policy, script or service that rejects the connections of ${seen.desired.service.id} by itself (the activity log of the service names it), and have this endpoint excepted; then run ${again}, which has it asked for at once; without that the operator tries again ${until}`;
}
