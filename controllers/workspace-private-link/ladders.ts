import type { Ladder, Seen } from './types.ts';

/** The ladders of one object, in the order in which their effects run: down from the access, up from the service. */
export function ladders({ service, endpoints, removals, access, outputs, release }: Seen): readonly Ladder[] {
  const removal = removals.map(({ name, facts }) => ({ name: `removal/${name}`, machine: 'endpointRemoval', facts }));
  const publishing = outputs ? [{ name: 'outputs', machine: 'outputs', facts: outputs.facts }] : [];
  if (release) {
    return [
      // Names that will soon lead nowhere are taken back before anything is taken down.
      ...publishing,
      due({ name: 'inbound', machine: 'inboundRelease', facts: release.inbound }, release.inboundDueAtMs),
      ...removal,
      { name: 'service', machine: 'serviceRemoval', facts: release.service },
    ];
  }
  const unclaimed = service.facts.standing !== 'clear' || !service.facts.claimed;
  const serviceLadder: Ladder = { name: 'service', machine: 'service', facts: service.facts };
  // Not ours, or not yet: the one reason that counts is the service ladder's.
  if (unclaimed) return [serviceLadder];
  return [
    serviceLadder,
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
    due({ name: 'inbound', machine: 'inbound', facts: access.inbound }, access.inboundDueAtMs),
    due({ name: 'outbound', machine: 'outbound', facts: access.outbound }, access.outboundDueAtMs),
    ...publishing,
  ];
}

const due = (ladder: Ladder, dueAtMs: number | undefined): Ladder =>
  dueAtMs === undefined ? ladder : { ...ladder, dueAtMs };
