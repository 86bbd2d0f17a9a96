import { lastSegment } from '../desired-names.ts';
import type { DnsSeen, Effect, EndpointSeen, Ladder, Registration, RemovalPending, Seen } from '../types.ts';
import type { Item } from './describe-plan.ts';

/** A ladder with everything that its effects would be about, one after the other, where that is more than one thing. */
export type Prospect = Ladder & { todo: Partial<Readonly<Record<Effect, readonly Item[]>>> };

export const nameIn = (ladder: string): string => ladder.slice(ladder.indexOf('/') + 1);

/** The ladders as they are, with what a plan knows beyond the next step. */
export const prospectsOf = (seen: Seen, ladders: readonly Ladder[]): readonly Prospect[] =>
  ladders.map((ladder) => {
    const name = nameIn(ladder.name);
    const endpoint = seen.endpoints.find(({ desired }) => desired.name === name);
    const removal = seen.removals.find((one) => one.name === name);
    switch (ladder.machine) {
      case 'service':
        return { ...ladder, todo: { registerServiceProvider: registrations(seen.service.registrations) } };
      case 'placement':
        return { ...ladder, todo: { registerEndpointProvider: registrations(endpoint?.placement?.registrations) } };
      case 'dns':
        return endpoint ? dnsProspect(ladder, endpoint) : { ...ladder, todo: {} };
      case 'endpointRemoval':
        return removal?.pending ? removalProspect(ladder, removal.pending) : { ...ladder, todo: {} };
      case 'connection':
      case 'managedConnection':
        return decisionProspect(seen, ladder);
      case 'revocation':
        return { ...ladder, todo: { revokeUnlisted: [{ key: ladder.name, words: name }] } };
      default:
        return { ...ladder, todo: {} };
    }
  });

const registrations = (list: readonly Registration[] = []): readonly Item[] =>
  list.map(({ subscriptionId, namespace }) => ({
    key: `${subscriptionId}/${namespace}`.toLowerCase(),
    words: `${namespace} in subscription ${subscriptionId}`,
  }));

function dnsProspect(ladder: Ladder, { desired, dns }: EndpointSeen): Prospect {
  const zoneId = desired.dns?.zoneId ?? '';
  const { endpoint, hold } = dns.facts;
  const facts = dns.ahead ? { ...dns.ahead.facts, endpoint, hold } : ladder.facts;
  return { ...ladder, facts, todo: dnsTodo(zoneId, dns.pending) };
}

function dnsTodo(zoneId: string, pending: DnsSeen['pending']): Prospect['todo'] {
  return {
    createZone: [{ key: zoneId.toLowerCase(), words: zoneId }],
    putLink: (pending?.links ?? []).map(({ virtualNetworkId }) => networkItem(zoneId, virtualNetworkId)),
    deleteSurplusLink: (pending?.surplus ?? []).map(({ virtualNetworkId }) => networkItem(zoneId, virtualNetworkId)),
    putRecord: recordItems(zoneId, pending?.records ?? []),
  };
}

export const recordItems = (zoneId: string, names: readonly string[]): readonly Item[] =>
  names.map((name) => ({ key: `${zoneId}/${name}`.toLowerCase(), words: `"${name}"` }));

const networkItem = (zoneId: string, networkId: string): Item => ({
  key: `${zoneId} ${networkId}`.toLowerCase(),
  words: `"${lastSegment(networkId)}"`,
});

/** At a service that is not there yet nobody has asked for anything. */
function decisionProspect({ service, connections }: Seen, ladder: Ladder): Prospect {
  const isNew = service.actual === undefined && service.fault === undefined;
  const unasked: Record<string, string> = ladder.machine === 'connection' ? { connection: 'none' } : { match: 'none' };
  const decision = connections.decisions.find(({ desired }) => desired.name === nameIn(ladder.name));
  const toReject = (decision?.matches ?? []).filter(({ status }) => status !== 'Rejected' && status !== 'Disconnected');
  const rejects = decision?.desired.decision === 'Reject';
  const items = toReject.map(({ name, privateEndpointId }) => ({ key: name, words: privateEndpointId ?? name }));
  return {
    ...ladder,
    facts: isNew ? { ...ladder.facts, ...unasked } : ladder.facts,
    todo: rejects ? { rejectListed: items } : {},
  };
}

/** Links and zones come last, and are not seen as removable before everything else is gone. */
function removalProspect(ladder: Ladder, { records, links, zones }: RemovalPending): Prospect {
  const facts = {
    ...ladder.facts,
    ...(links.length > 0 && { zones: 'linked' }),
    ...(links.length === 0 && zones.length > 0 && { zones: 'removable' }),
  };
  const todo: Prospect['todo'] = {
    deleteRecord: records.flatMap(({ zoneId, name }) => recordItems(zoneId, [name])),
    deleteLink: links.map(({ zoneId, virtualNetworkId }) => networkItem(zoneId, virtualNetworkId)),
    deleteZone: zones.map((zoneId) => ({ key: zoneId.toLowerCase(), words: zoneId })),
  };
  return { ...ladder, facts, todo };
}
