import { attempt, type Reading } from '../../../operator/runtime/reading.ts';
import { seenBy } from '../credentials/consumers.ts';
import { consumerOfId } from '../desired.ts';
import { bounded, OWNER_TAG, same, scopeOf } from '../desired-names.ts';
import { settledHow } from '../desired-provenance.ts';
import { FORMER_NAME, FORMER_REF, formerDns, hasMovingGroup } from '../dns/desired-former.ts';
import { isToGo, keepsRight, type Staying } from '../dns/observe-records.ts';
import { hasHeir, isEmpty, isOfCluster, isSurplus, linkRef, usersOf } from '../dns/zone-users.ts';
import { type EndpointContext, type Reader, settled, sightOf } from '../reading.ts';
import { tagOf } from '../service/observe.ts';
import type {
  ArmId,
  EndpointRemovalFacts,
  Fault,
  PrivateEndpoint,
  PrivateEndpointConnection,
  RemovalSeen,
} from '../types.ts';
import { connectionOf } from './observe.ts';
import { observeRemovalAhead } from './observe-removal-ahead.ts';

/** A private endpoint that is to go, or DNS that no entry asks for any more, and how people are told of it. */
export type Removed = Pick<RemovalSeen, 'ref' | 'name'>;

/** What annotations know and the spec does not: private endpoints first, DNS of those that stay when these are gone. */
export function removedThings(context: Pick<Reader, 'desired' | 'provenance'>, deleting: boolean): readonly Removed[] {
  const endpoints = removedEndpoints(context, deleting);
  if (endpoints.length > 0) return endpoints;
  const wanted = deleting ? [] : context.desired.endpoints;
  if (!formerDns({ ...context, desired: { ...context.desired, endpoints: wanted } })) return [];
  return [{ ref: FORMER_REF, name: toldApart(FORMER_NAME, FORMER_REF, new Set(wanted.map(({ name }) => name))) }];
}

/** Private endpoints that annotations know and the spec does not; while deleting all of them. */
function removedEndpoints(
  { desired, provenance }: Pick<Reader, 'desired' | 'provenance'>,
  deleting: boolean,
): readonly Removed[] {
  const wanted = deleting ? [] : desired.endpoints;
  const taken = new Set(wanted.map(({ name }) => name));
  return Object.entries(provenance.noted)
    .filter(([ref]) => !wanted.some((endpoint) => endpoint.ref === ref))
    .map(([ref, { name }]) => ({ ref, name }))
    .sort((one, other) => (`${one.name} ${one.ref}` < `${other.name} ${other.ref}` ? -1 : 1))
    .map(({ ref, name }) => {
      // The entry of that name may mean another private endpoint by now.
      const told = toldApart(name, ref, taken);
      taken.add(told);
      return { ref, name: told };
    });
}

const toldApart = (name: string, ref: string, taken: ReadonlySet<string>): string =>
  taken.has(name) ? `${bounded(name, LONGEST_NAME - MARK)}.${ref.slice(0, MARK - 1)}` : name;

/** As status.endpoints[].name allows, and what is spent to tell two of one name apart. */
const LONGEST_NAME = 63;
const MARK = 9;

export type RemovalQuestion = Removed & {
  deleting: boolean;
  gate: EndpointRemovalFacts['gate'];
  policy: EndpointRemovalFacts['policy'];
  connections: Reading<readonly PrivateEndpointConnection[]>;
  /** One of the removals looks after zones and links, so that two never do at once. */
  keepsZones: boolean;
  /** The endpoints that the spec goes on naming. */
  stays: readonly Staying[];
};

/**
 * What is left of one endpoint that is not wanted any more, each thing seen with the credentials of its consumer. Without an
 * annotation about a thing, the thing is not ours.
 */
export async function observeRemoval(context: Reader, question: RemovalQuestion): Promise<RemovalSeen> {
  const { ref, name, policy, gate } = question;
  const known = context.provenance.endpoints[ref];
  const former = ref === FORMER_REF ? formerDns(context) : undefined;
  const recordZones = former ? former.records.map(({ zoneId }) => zoneId) : (context.provenance.records[ref] ?? []);
  const blank: RemovalSeen = {
    ref,
    name,
    facts: {
      gate,
      policy,
      provenance: settledHow(known?.how ?? 'none'),
      records: 'none',
      zoneGroup: 'absent',
      endpoint: 'absent',
      connection: 'none',
      zones: 'kept',
      noted: !question.deleting,
    },
    resourceId: known?.id,
    scope: known && scopeOf(known.id),
    subnetId: undefined,
    connection: undefined,
  };
  if (policy === 'Retain') return blank;
  const there = await seenBy(context, known && consumerOfId(context, known.id));
  const [endpoint, records] = await Promise.all([
    findEndpoint(there, blank),
    findRecords(context, recordZones, question),
  ]);
  const zoneGroup = await findZoneGroup(there, blank, endpoint.state);
  const zones = question.keepsZones ? await findZones(context) : { state: 'kept' as const };
  const losing = question.deleting
    ? []
    : await losingNetworks(context, [...zonesOf(context, ref), ...recordZones, ...(former?.zoneIds ?? [])]);
  const pending = context.pass.readOnly ? await observeRemovalAhead(context, { ...question, recordZones }) : undefined;
  const connection = known && question.connections.value && connectionOf(question.connections.value, known.id);
  const faults = [endpoint.fault, records.fault, zoneGroup.fault].filter((fault) => fault !== undefined);
  // Records go before the endpoint: without credentials for them it has to wait, too.
  const blind = faults.find((fault) => sightOf(fault) === 'noCredentials');
  const fault = blind ?? faults[0] ?? zones.fault;
  return {
    ...blank,
    facts: {
      ...blank.facts,
      endpoint: blind ? 'noCredentials' : endpoint.state,
      records: records.state,
      zoneGroup: zoneGroup.state,
      // What an endpoint leaves behind is waited for once it is gone itself; what deletion leaves, by nobody.
      zones: zones.state === 'emptying' && (!former || question.deleting) ? 'kept' : zones.state,
      connection: connectionFact(question, known !== undefined, connection),
    },
    subnetId: endpoint.actual?.subnetId,
    connection,
    ...(pending && { pending }),
    ...(losing.length > 0 && { losing }),
    ...(records.next && { recordToDelete: records.next }),
    ...(zones.nextLink && { linkToDelete: zones.nextLink }),
    ...(zones.nextZone && { zoneToDelete: zones.nextZone }),
    ...(zones.emptying && { emptying: zones.emptying }),
    ...(fault && { fault }),
  };
}

/**
 * The networks linked to the zones of its records, unless an endpoint that stays writes into the same zone, or links the
 * network to its own. For people only: what cannot be read is left out.
 */
async function losingNetworks(context: Reader, zones: readonly ArmId[]): Promise<readonly ArmId[]> {
  const { desired } = context;
  const left = zones.filter((zoneId) => !desired.endpoints.some(({ dns }) => same(dns?.zoneId, zoneId)));
  const found = await Promise.all(
    left.map(async (zoneId) => {
      const there = await seenBy(context, consumerOfId(context, zoneId));
      if (!there.value) return [];
      const { clients } = there.value;
      const links = await attempt(there.value, 'the links of the zone', () =>
        clients.arm.privateDns.links(zoneId, context.call),
      );
      return (links.value?.value ?? []).map(({ virtualNetworkId }) => virtualNetworkId);
    }),
  );
  const isServed = (id: ArmId) =>
    desired.endpoints.some(({ dns }) => dns?.links.some(({ virtualNetworkId }) => same(virtualNetworkId, id)));
  return [...new Set(found.flat())].filter((id) => !isServed(id));
}

const zonesOf = ({ provenance }: Reader, ref: string): readonly ArmId[] =>
  provenance.zoneGroups[ref] === undefined ? [] : [provenance.zoneGroups[ref]];

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

async function findEndpoint(
  there: Reading<EndpointContext>,
  { resourceId, scope, facts }: RemovalSeen,
): Promise<EndpointFound> {
  if (resourceId === undefined || scope === undefined) return { state: 'absent' };
  if (there.fault) return { state: sightOf(there.fault), fault: there.fault };
  const context = there.value;
  const { privateEndpoints } = context.clients.arm;
  const find = (list: readonly PrivateEndpoint[]) => list.find(({ id }) => same(id, resourceId));
  const list = await settled(
    context,
    'the private endpoints',
    (call) => privateEndpoints.list(scope.subscriptionId, call),
    () => false,
  );
  if (list.fault) return { state: sightOf(list.fault), fault: list.fault };
  let actual = find(list.value);
  if (!actual) {
    // A list that lags would leave the endpoint behind for good: its own address has the last word.
    const one = await attempt(context, 'the private endpoint', () =>
      privateEndpoints.get(scope, { ...context.call, maxAgeMs: 0 }),
    );
    if (one.fault) return { state: sightOf(one.fault), fault: one.fault };
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

async function findRecords(
  context: Reader,
  zoneIds: readonly ArmId[],
  question: RemovalQuestion,
): Promise<RecordsFound> {
  for (const zoneId of zoneIds) {
    const found = await findRecordsIn(context, zoneId, question);
    if (found.state !== 'none') return found;
  }
  return { state: 'none' };
}

async function findRecordsIn(
  context: Reader,
  zoneId: ArmId,
  { policy, stays }: RemovalQuestion,
): Promise<RecordsFound> {
  const isKept = keepsRight(context, stays, zoneId);
  const there = await seenBy(context, consumerOfId(context, zoneId));
  if (there.fault) return { state: 'unobservable', fault: there.fault };
  const records = await settled(
    there.value,
    'the records of the zone',
    (call) => there.value.clients.arm.privateDns.records(zoneId, call),
    () => false,
  );
  if (records.fault) {
    return isNotFound(records.fault) ? { state: 'none' } : { state: 'unobservable', fault: records.fault };
  }
  const mine = records.value.find((record) => isToGo(context, policy, record) && !isKept(record));
  return mine ? { state: 'ours', next: { zoneId, name: mine.name, etag: mine.etag } } : { state: 'none' };
}

const isNotFound = ({ error }: Fault): boolean => error.status === 404;

async function findZoneGroup(
  there: Reading<EndpointContext>,
  { ref, scope }: RemovalSeen,
  endpoint: EndpointRemovalFacts['endpoint'],
): Promise<{ state: EndpointRemovalFacts['zoneGroup']; fault?: Fault }> {
  // A zone group goes with its endpoint.
  if (endpoint === 'absent' || endpoint === 'deleting' || scope === undefined) return { state: 'absent' };
  if (endpoint === 'foreign' || endpoint === 'unmarked') return { state: 'other' };
  if (there.fault) return { state: 'unobservable', fault: there.fault };
  const context = there.value;
  if (context.provenance.zoneGroups[ref] === undefined) return { state: 'other' };
  const group = await settled(
    context,
    'the zone group of the endpoint',
    (call) => context.clients.arm.privateEndpoints.zoneGroup(scope, call),
    () => false,
  );
  if (group.fault) return { state: 'unobservable', fault: group.fault };
  return { state: group.value ? 'created' : 'absent' };
}

type ZonesFound = {
  state: EndpointRemovalFacts['zones'];
  nextLink?: NonNullable<RemovalSeen['linkToDelete']>;
  emptying?: readonly ArmId[];
  nextZone?: NonNullable<RemovalSeen['zoneToDelete']>;
  fault?: Fault;
};

/**
 * Zones and links that nobody in this cluster uses any more. Links of a shared zone go only once it is empty: records
 * that others keep there are somebody's way in.
 */
async function findZones(context: Reader): Promise<ZonesFound> {
  const { provenance } = context;
  const given = provenance.links.map(({ zoneId }) => zoneId);
  const zones = [...new Set([...provenance.zones, ...given].map((id) => id.toLowerCase()))];
  const emptying: ArmId[] = [];
  let fault: ZonesFound | undefined;
  for (const zoneId of zones) {
    const shared = provenance.zones.some((id) => same(id, zoneId));
    const there = await seenBy(context, consumerOfId(context, zoneId));
    const found = there.fault ? unseen(there.fault) : await findZone(there.value, zoneId, shared);
    if (found.state === 'linked' || found.state === 'removable') return found;
    if (found.state === 'emptying') emptying.push(zoneId);
    if (found.fault) fault = found;
  }
  return { ...(fault ?? { state: emptying.length > 0 ? 'emptying' : 'kept' }), emptying };
}

async function findZone(context: EndpointContext, zoneId: ArmId, shared: boolean): Promise<ZonesFound> {
  const { privateDns } = context.clients.arm;
  const kept: ZonesFound = { state: 'kept' };
  const zone = await settled(
    context,
    'the private DNS zone',
    (call) => privateDns.zone(zoneId, call),
    () => false,
  );
  if (zone.fault) return unseen(zone.fault);
  if (!zone.value) return kept;
  const isOwn = context.desired.endpoints.some(({ dns }) => same(dns?.zoneId, zoneId));
  const lives = context.pass.resource.metadata.deletionTimestamp === undefined;
  if (shared && isOwn && lives && !isEmpty(zone.value)) return kept;
  const isAwaited = !isOwn && usersOf(context, zoneId).length > 0 && !hasHeir(context, zoneId);
  const content: Reading<'own' | 'others' | 'none'> =
    shared && (isAwaited || !isEmpty(zone.value)) ? await contentOf(context, zoneId) : { value: 'none' };
  if (content.fault) return unseen(content.fault);
  if (content.value === 'others') return kept;
  if (content.value === 'own' && !hasMovingGroup(context, zoneId)) return { state: 'emptying' };
  const links = await settled(
    context,
    'the links of the zone',
    (call) => privateDns.links(zoneId, call),
    () => false,
  );
  if (links.fault) return unseen(links.fault);
  const next = links.value.find((link) => isSurplus(context, zoneId, link));
  if (next) return { state: 'linked', nextLink: linkRef(zoneId, next) };
  if (content.value === 'own') return { state: 'emptying' };
  const ours = shared && isOfCluster(zone.value.tags, context.desired.clusterId);
  const unused = usersOf(context, zoneId).length === 0 && links.value.length === 0;
  return ours && unused ? { state: 'removable', nextZone: { zoneId, etag: zone.value.etag } } : kept;
}

/**
 * own: nothing but names of this workspace, in a zone that nobody in this cluster uses; or one that another object uses
 * and has not written down yet. A zone group takes its time to
 * take them away; and the links go before them where its entry moves to another zone, which cannot be linked before
 * this one is left, as no network has two zones of one name (cloud-apis 10.5).
 */
async function contentOf(context: EndpointContext, zoneId: ArmId): Promise<Reading<'own' | 'others'>> {
  if (usersOf(context, zoneId).length > 0) return { value: hasHeir(context, zoneId) ? 'others' : 'own' };
  const own = new Set(context.desired.hosts.map(({ record }) => record.toLowerCase()));
  const records = await settled(
    context,
    'the records of the zone',
    (call) => context.clients.arm.privateDns.records(zoneId, call),
    () => false,
  );
  if (records.fault) return { fault: records.fault };
  return { value: records.value.every(({ name }) => own.has(name.toLowerCase())) ? 'own' : 'others' };
}

const unseen = (fault: Fault): ZonesFound => ({
  state: sightOf(fault) === 'noCredentials' ? 'noCredentials' : 'unobservable',
  fault,
});
