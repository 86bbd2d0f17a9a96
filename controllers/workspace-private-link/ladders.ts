import type { Ladder, NotesFacts, Seen } from './types.ts';

/** The ladders of one object, in the order in which their effects run: down from the access, up from the service. */
export function ladders(seen: Seen): readonly Ladder[] {
  const { service, endpoints, removals, connections, access, outputs, staleNotes, release, abandonment } = seen;
  const givingUp = abandonment ? [{ name: 'abandonment', machine: 'abandonment', facts: abandonment.facts }] : [];
  const publishing = outputs ? [{ name: 'outputs', machine: 'outputs', facts: outputs.facts }] : [];
  // Without credentials no fact of a cloud could be read, and no other ladder has anything to say.
  if (abandonment?.facts.credentials === 'lost') return [...publishing, ...givingUp];
  const removal = removals.map(({ name, facts }) => ({ name: `removal/${name}`, machine: 'endpointRemoval', facts }));
  const inbound = due({ name: 'inbound', machine: 'inbound', facts: access.inbound }, glassOrDue(access));
  // As long as the spec says it: an entry that is gone can no longer be asked whose credentials it meant.
  const notes = Object.keys(staleNotes).length > 0 ? 'stale' : looseNotesFact(connections);
  const noting: Ladder[] = notes === 'current' ? [] : [{ name: 'notes', machine: 'notes', facts: { notes } }];
  const deciding: Ladder[] = [
    ...connections.decisions.map(({ desired, about }) => ({ name: `connection/${desired.name}`, ...about })),
    ...connections.revocations.map(({ connection, facts }) => ({
      name: `revocation/${connection.name}`,
      machine: 'revocation',
      facts,
    })),
  ];
  if (release) {
    return [
      ...givingUp,
      // Names that will soon lead nowhere are taken back before anything is taken down.
      ...publishing,
      release.relocks
        ? inbound
        : due({ name: 'inbound', machine: 'inboundRelease', facts: release.inbound }, release.inboundDueAtMs),
      ...removal,
      ...deciding,
      // The service, and with it the object, goes once no approval of ours is open on it.
      ...(deciding.length > 0 ? [] : [{ name: 'service', machine: 'serviceRemoval', facts: release.service }]),
    ];
  }
  const unclaimed = service.facts.standing !== 'clear' || !service.facts.claimed;
  const serviceLadder: Ladder = { name: 'service', machine: 'service', facts: service.facts };
  // Not ours, or not yet: the one reason that counts is the service ladder's.
  if (unclaimed) return [serviceLadder];
  const request = access.glass.request;
  const wanted = access.inbound.wanted === 'breakGlass' ? 'Deny' : access.inbound.wanted;
  const glass = request === 'none' ? [] : [{ name: 'break-glass', machine: 'breakGlass', facts: { wanted, request } }];
  return [
    serviceLadder,
    ...noting,
    ...endpoints.flatMap(({ desired, facts, placement, dns }) => [
      ...(placement ? [{ name: `placement/${desired.name}`, machine: 'placement', facts: placement.facts }] : []),
      { name: `endpoint/${desired.name}`, machine: 'endpoint', facts },
      ...(desired.dns
        ? [
            { name: `dns/${desired.name}`, machine: 'dns', facts: dns.facts },
            { name: `proof/${desired.name}`, machine: 'proof', facts: dns.proof.facts },
          ]
        : []),
    ]),
    ...removal,
    ...deciding,
    ...glass,
    inbound,
    due({ name: 'outbound', machine: 'outbound', facts: access.outbound }, access.outboundDueAtMs),
    ...publishing,
  ];
}

const looseNotesFact = ({ looseNotes: { over, isUnseen } }: Seen['connections']): NotesFacts['notes'] =>
  over.length > 0 ? 'over' : isUnseen ? 'unseen' : 'current';

/** Open until a time that is set, or waiting for a published delay, whichever comes first. */
function glassOrDue({ inbound, glass, inboundDueAtMs }: Seen['access']): number | undefined {
  if (inbound.wanted !== 'breakGlass' || glass.untilMs === undefined) return inboundDueAtMs;
  return inbound.settle === 'before' && inboundDueAtMs !== undefined
    ? Math.min(glass.untilMs, inboundDueAtMs)
    : glass.untilMs;
}

const due = (ladder: Ladder, dueAtMs: number | undefined): Ladder =>
  dueAtMs === undefined ? ladder : { ...ladder, dueAtMs };
