import { OWNER_TAG, same, scopeOf } from './desired-names.ts';
import { connectionOf } from './observe-endpoint.ts';
import { tagOf } from './observe-service.ts';
import { attempt, blindness, type Context, type Reading, settled } from './reading.ts';
import type {
  ArmId,
  EndpointRemovalFacts,
  Fault,
  PrivateEndpoint,
  PrivateEndpointConnection,
  RemovalSeen,
} from './types.ts';
import { isEmpty, isOfCluster, isSurplus, linkRef, usersOf } from './zone-users.ts';

/** Names that annotations know and the spec does not, or under which the spec now means another private endpoint. */
export function removedNames({ desired, provenance }: Context, deleting: boolean): readonly string[] {
  const known = [provenance.endpoints, provenance.zoneGroups, provenance.records].flatMap((notes) =>
    Object.keys(notes),
  );
  const isWanted = (name: string) => {
    const noted = provenance.endpoints[name];
    if (deleting) return false;
    return noted === undefined
      ? desired.endpoints.some((endpoint) => endpoint.name === name)
      : desired.endpoints.some(({ resourceId }) => same(noted.id, resourceId));
  };
  return [...new Set(known)].filter((name) => !isWanted(name)).sort();
}

export type RemovalQuestion = {
  name: string;
  deleting: boolean;
  gate: EndpointRemovalFacts['gate'];
  policy: EndpointRemovalFacts['policy'];
  connections: Reading<readonly PrivateEndpointConnection[]>;
  /** One of the removals looks after zones and links, so that two never do at once. */
  keepsZones: boolean;
};

/** What is left of one endpoint that is not wanted any more. Without an annotation about a thing, the thing is not ours. */
export async function observeRemoval(context: Context, question: RemovalQuestion): Promise<RemovalSeen> {
  const { name, policy, gate } = question;
  const known = context.provenance.endpoints[name];
  const blank: RemovalSeen = {
    name,
    facts: {
      gate,
      policy,
      provenance: known?.how ?? 'none',
      records: 'none',
      zoneGroup: 'absent',
      endpoint: 'absent',
      connection: 'none',
      links: 'none',
      zone: 'kept',
      noted: !question.deleting,
    },
    resourceId: known?.id,
    scope: known && scopeOf(known.id),
    subnetId: undefined,
    connection: undefined,
  };
  if (policy === 'Retain') return blank;
  const [endpoint, records] = await Promise.all([findEndpoint(context, blank), findRecords(context, name)]);
  const zoneGroup = await findZoneGroup(context, blank, endpoint.state);
  const zones = question.keepsZones ? await findZones(context) : { links: 'none' as const, zone: 'kept' as const };
  const connection = known && question.connections.value && connectionOf(question.connections.value, known.id);
  const fault = endpoint.fault ?? records.fault ?? zoneGroup.fault ?? zones.fault;
  return {
    ...blank,
    facts: {
      ...blank.facts,
      endpoint: endpoint.state,
      records: records.state,
      zoneGroup: zoneGroup.state,
      links: zones.links,
      zone: zones.zone,
      connection: connectionFact(question, known !== undefined, connection),
    },
    subnetId: endpoint.actual?.subnetId,
    connection,
    ...(records.next && { recordToDelete: records.next }),
    ...(zones.nextLink && { linkToDelete: zones.nextLink }),
    ...(zones.nextZone && { zoneToDelete: zones.nextZone }),
    ...(fault && { fault }),
  };
}

function connectionFact(
  { connections }: RemovalQuestion,
  known: boolean,
  connection: PrivateEndpointConnection | undefined,
): EndpointRemovalFacts['connection'] {
  if (!known) return 'none';
  if (connections.fault) return 'unobservable';
  return connection ? 'left' : 'none';
}

type EndpointFound = { state: EndpointRemovalFacts['endpoint']; actual?: PrivateEndpoint; fault?: Fault };

async function findEndpoint(context: Context, { resourceId, scope, facts }: RemovalSeen): Promise<EndpointFound> {
  if (resourceId === undefined || scope === undefined) return { state: 'absent' };
  const { privateEndpoints } = context.clients.arm;
  const find = (list: readonly PrivateEndpoint[]) => list.find(({ id }) => same(id, resourceId));
  const list = await settled(
    context,
    'the private endpoints',
    (call) => privateEndpoints.list(scope.subscriptionId, call),
    () => false,
  );
  if (list.fault) return { state: blindness(list.fault), fault: list.fault };
  let actual = find(list.value);
  if (!actual) {
    // A list that lags would leave the endpoint behind for good: its own address has the last word.
    const one = await attempt(context, 'the private endpoint', () =>
      privateEndpoints.get(scope, { ...context.call, maxAgeMs: 0 }),
    );
    if (one.fault) return { state: blindness(one.fault), fault: one.fault };
    actual = one.value.value;
  }
  if (!actual) return { state: 'absent' };
  const owner = tagOf(actual.tags, OWNER_TAG);
  if (owner !== undefined && owner !== context.desired.owner) return { state: 'foreign', actual };
  if (actual.provisioningState === 'Deleting') return { state: 'deleting', actual };
  const isUnmarked = owner === undefined && facts.provenance === 'created';
  return { state: isUnmarked ? 'unmarked' : 'present', actual };
}

type RecordsFound = {
  state: EndpointRemovalFacts['records'];
  next?: NonNullable<RemovalSeen['recordToDelete']>;
  fault?: Fault;
};

async function findRecords(context: Context, name: string): Promise<RecordsFound> {
  for (const zoneId of context.provenance.records[name] ?? []) {
    const found = await findRecordsIn(context, zoneId);
    if (found.state !== 'none') return found;
  }
  return { state: 'none' };
}

async function findRecordsIn(context: Context, zoneId: ArmId): Promise<RecordsFound> {
  // An endpoint of this object that stays writes the sets anew, without the addresses that go.
  const stays = context.pass.resource.metadata.deletionTimestamp === undefined;
  const sharer = ({ desired }: Context) =>
    desired.endpoints.some(({ dns }) => dns?.mode === 'Records' && same(dns.zoneId, zoneId));
  if (stays && sharer(context)) return { state: 'none' };
  const records = await settled(
    context,
    'the records of the zone',
    (call) => context.clients.arm.privateDns.records(zoneId, call),
    () => false,
  );
  if (records.fault) {
    return isNotFound(records.fault) ? { state: 'none' } : { state: 'unobservable', fault: records.fault };
  }
  const mine = records.value.find(({ metadata }) => metadata[OWNER_TAG] === context.desired.owner);
  return mine ? { state: 'ours', next: { zoneId, name: mine.name, etag: mine.etag } } : { state: 'none' };
}

const isNotFound = ({ error }: Fault): boolean => error.status === 404;

async function findZoneGroup(
  context: Context,
  { name, scope }: RemovalSeen,
  endpoint: EndpointRemovalFacts['endpoint'],
): Promise<{ state: EndpointRemovalFacts['zoneGroup']; fault?: Fault }> {
  // A zone group goes with its endpoint.
  if (endpoint === 'absent' || endpoint === 'deleting' || scope === undefined) return { state: 'absent' };
  if (endpoint === 'foreign' || endpoint === 'unmarked' || context.provenance.zoneGroups[name] === undefined)
    return { state: 'other' };
  const group = await settled(
    context,
    'the zone group of the endpoint',
    (call) => context.clients.arm.privateEndpoints.zoneGroup(scope, call),
    () => false,
  );
  if (group.fault) return { state: 'unobservable', fault: group.fault };
  return { state: group.value ? 'created' : 'absent' };
}

type ZonesFound = Pick<EndpointRemovalFacts, 'links' | 'zone'> & {
  nextLink?: NonNullable<RemovalSeen['linkToDelete']>;
  nextZone?: NonNullable<RemovalSeen['zoneToDelete']>;
  fault?: Fault;
};

/**
 * Zones and links that nobody in this cluster uses any more. Links of a shared zone go only once it is empty: records
 * that others keep there are somebody's way in.
 */
async function findZones(context: Context): Promise<ZonesFound> {
  const { provenance } = context;
  const given = provenance.links.map(({ zoneId }) => zoneId);
  const zones = [...new Set([...provenance.zones, ...given].map((id) => id.toLowerCase()))];
  let state: ZonesFound = { links: 'none', zone: 'kept' };
  for (const zoneId of zones) {
    const found = await findZone(
      context,
      zoneId,
      provenance.zones.some((id) => same(id, zoneId)),
    );
    if (found.links === 'ours' || found.zone === 'removable') return found;
    if (found.fault) state = found;
  }
  return state;
}

async function findZone(context: Context, zoneId: ArmId, shared: boolean): Promise<ZonesFound> {
  const { privateDns } = context.clients.arm;
  const kept: ZonesFound = { links: 'none', zone: 'kept' };
  const zone = await settled(
    context,
    'the private DNS zone',
    (call) => privateDns.zone(zoneId, call),
    () => false,
  );
  if (zone.fault) return { links: 'unobservable', zone: 'unobservable', fault: zone.fault };
  if (!zone.value || (shared && !isEmpty(zone.value))) return kept;
  const links = await settled(
    context,
    'the links of the zone',
    (call) => privateDns.links(zoneId, call),
    () => false,
  );
  if (links.fault) return { links: 'unobservable', zone: 'unobservable', fault: links.fault };
  const next = links.value.find((link) => isSurplus(context, zoneId, link));
  if (next) return { links: 'ours', zone: 'kept', nextLink: linkRef(zoneId, next) };
  const ours = shared && isOfCluster(zone.value.tags, context.desired.clusterId);
  const unused = usersOf(context, zoneId).length === 0 && links.value.length === 0;
  return ours && unused ? { ...kept, zone: 'removable', nextZone: { zoneId, etag: zone.value.etag } } : kept;
}
