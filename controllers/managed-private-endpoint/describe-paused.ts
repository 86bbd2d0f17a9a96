import { RECREATED } from './desired-names.ts';
import type { Seen } from './types.ts';

const toMinute = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16)}Z`;

/** How often, since when, and what the one who rejects says of it. */
export function pausedDetail({ provenance: { recreations }, endpoint: { facts, row } }: Seen): string | undefined {
  if (!recreations) return undefined;
  const [first = 0] = recreations.atMs;
  const says = row?.connection?.description;
  const count = `${recreations.atMs.length} times since ${toMinute(first)}, ${facts.endpoint} each time`;
  return says === undefined || says === '' ? count : `${count}, the last one with "${says}"`;
}

/** Whom to look for, when it is tried again, and how to have it tried at once. */
export function pausedRemedy({ endpoint: { facts, pausedUntilMs }, target, desired }: Seen): string {
  const search =
    facts.endpoint === 'failed'
      ? 'check target.subresource and target.privateLinkResourceId (both immutable: delete this object and create it anew)'
      : `ask the owner of ${target.id ?? 'the target'} which policy, script or service rejects such requests by itself (the activity log of the resource names it), and have this one excepted`;
  const again = `\`kubectl -n ${desired.namespace} annotate managedprivateendpoint ${desired.name} ${RECREATED}-\``;
  const until = pausedUntilMs === undefined ? 'later' : `at ${toMinute(pausedUntilMs)}`;
  return `${search}; then run ${again}, which has it asked for at once; without that the operator tries again ${until}`;
}
