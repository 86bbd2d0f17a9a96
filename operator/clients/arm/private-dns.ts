import { OperatorError, toOperatorError } from '../../errors.ts';
import { exact } from '../../intern.ts';
import type { CallOptions } from '../call.ts';
import { numberAt, objectAt, objectsAt, textAt, textsAt, without } from '../raw.ts';
import type { ArmContext } from './context.ts';
import { armKey, armPath, parseArmId, resourcePath } from './ids.ts';
import { createArmRest, type RawResource, type RestCall } from './rest.ts';
import type { ARecord, ArmId, ArmPrivateDns, DnsZone, VirtualNetworkLink } from './types.ts';

/** The first version that knows resolutionPolicy (cloud-apis section 10.5). */
const API_VERSION = '2024-06-01';
const ZONE_PERIOD_MS = 1_200_000;
/** An accepted record write is done when it is answered; the bound covers an answer that never came. */
const RECORD_WRITE_BOUND_MS = 60_000;
/** Published milliseconds: a zone or link that another request is making shows within some seconds (cloud-apis section 10.5). */
const BEING_MADE_MS = 5_000;
const READ_ONLY = ['id', 'name', 'type', 'etag', 'systemData'];

/**
 * Microsoft.Network/privateDnsZones over raw JSON: zones and record sets belong to several writers, and the typed SDK
 * would drop what it does not know. Every change of something that exists reads it first and sends it back whole.
 */
export function createPrivateDns(context: ArmContext): ArmPrivateDns {
  const rest = createArmRest(context, { provider: 'private-dns', apiVersion: API_VERSION });

  const about = (zoneId: ArmId, verb: string, operation: string, call: CallOptions, below = ''): RestCall => ({
    subscriptionId: parseArmId(zoneId).subscriptionId,
    path: `${resourcePath(zoneId)}${below}`,
    operation: `privateDns.${operation}`,
    what: `${verb} zone "${parseArmId(zoneId).path[0]?.[1]}" in group "${parseArmId(zoneId).resourceGroup}"`,
    call,
  });
  const keyOf = (what: string, zoneId: ArmId) => `${context.cacheKey}|dns-${what}|${armKey(zoneId)}`;
  const wrote = (zoneId: ArmId) => {
    for (const what of ['zone', 'links', 'records']) context.observers.invalidate(keyOf(what, zoneId));
    context.observers.invalidate(keyOf('zones', `/subscriptions/${parseArmId(zoneId).subscriptionId}`));
  };
  const writing = async (zoneId: ArmId, write: Promise<void>): Promise<void> => {
    try {
      await write;
    } finally {
      wrote(zoneId);
    }
  };
  /**
   * Somebody else was first, and what they make may be invisible for seconds: reading again at once would show the same
   * absence, so this refusal is waited out instead of retried at once as a conflict.
   */
  const making = async (write: Promise<void>): Promise<void> => {
    try {
      await write;
    } catch (thrown) {
      const error = toOperatorError(thrown);
      if (error.status !== 412) throw error;
      throw new OperatorError({
        disposition: 'transient',
        reason: 'CreatedMeanwhile',
        message: error.message,
        retryAfterMs: context.clock.scaled(BEING_MADE_MS),
        status: error.status,
        cause: error,
        ...(error.code !== undefined && { code: error.code }),
      });
    }
  };
  /** One record write in flight per zone: two at once answer each other with 409 or 412. */
  const writingRecord = async (zoneId: ArmId, name: string, write: () => Promise<void>): Promise<void> => {
    const place = `records|${armKey(zoneId)}`;
    context.gate.enter(place, name, RECORD_WRITE_BOUND_MS, `another record of zone "${zoneId}" is being written`);
    try {
      await writing(zoneId, write());
    } finally {
      context.gate.leave(place, name);
    }
  };

  return {
    zone: (zoneId, call) =>
      context.observers.read(keyOf('zone', zoneId), ZONE_PERIOD_MS, call, async (shared) => {
        const raw = await rest.get(about(zoneId, 'read', 'zone', shared));
        return raw && readZone(raw);
      }),
    zones: (subscriptionId, call) =>
      context.observers.read(
        keyOf('zones', `/subscriptions/${subscriptionId}`),
        ZONE_PERIOD_MS,
        call,
        async (shared) => {
          const path = `${armPath('subscriptions', subscriptionId)}/providers/Microsoft.Network/privateDnsZones`;
          const what = `list the private DNS zones of subscription ${subscriptionId}`;
          return rest.list({ subscriptionId, path, operation: 'privateDns.zones', what, call: shared }, readZone);
        },
      ),
    createZone(zoneId, tags, call) {
      const headers = { 'if-none-match': '*' };
      const request = about(zoneId, 'create', 'createZone', call);
      return writing(zoneId, making(rest.put({ ...request, headers, body: { location: 'global', tags } })));
    },
    deleteZone: (zoneId, etag, call) =>
      writing(zoneId, rest.delete({ ...about(zoneId, 'delete', 'deleteZone', call), ...ifMatch(etag) })),
    links: (zoneId, call) =>
      context.observers.read(keyOf('links', zoneId), ZONE_PERIOD_MS, call, (shared) =>
        rest.list(about(zoneId, 'list the links of', 'links', shared, '/virtualNetworkLinks'), readLink),
      ),
    async putLink(zoneId, name, { virtualNetworkId, fallbackToInternet, tags, etag }, call) {
      const below = `/virtualNetworkLinks${armPath(name)}`;
      const request = about(zoneId, `link network "${virtualNetworkId}" to`, 'putLink', call, below);
      const current = etag === undefined ? undefined : await currentOf(request, etag);
      const body = {
        ...without(current ?? {}, READ_ONLY),
        location: 'global',
        tags: { ...textsAt(current, 'tags'), ...tags },
        properties: {
          registrationEnabled: false,
          ...without(objectAt(current, 'properties'), ['provisioningState', 'virtualNetworkLinkState']),
          virtualNetwork: { id: virtualNetworkId },
          resolutionPolicy: fallbackToInternet ? 'NxDomainRedirect' : 'Default',
        },
      };
      const put = rest.put({ ...request, body, ...condition(etag) });
      await writing(zoneId, etag === undefined ? making(put) : put);
    },
    deleteLink(zoneId, name, etag, call) {
      const below = `/virtualNetworkLinks${armPath(name)}`;
      return writing(
        zoneId,
        rest.delete({ ...about(zoneId, `remove link "${name}" from`, 'deleteLink', call, below), ...ifMatch(etag) }),
      );
    },
    records: (zoneId, call) =>
      context.observers.read(keyOf('records', zoneId), ZONE_PERIOD_MS, call, (shared) =>
        rest.list(about(zoneId, 'list the A records of', 'records', shared, '/A'), readRecord),
      ),
    putRecord(zoneId, name, { ttlSeconds, addresses, metadata, etag }, call) {
      const request = about(zoneId, `write A record "${name}" in`, 'putRecord', call, `/A${armPath(name)}`);
      return writingRecord(zoneId, name, async () => {
        const current = etag === undefined ? undefined : await currentOf(request, etag);
        const properties = objectAt(current, 'properties');
        const known = objectsAt(properties, 'aRecords');
        const body = {
          ...without(current ?? {}, READ_ONLY),
          properties: {
            ...without(properties, ['fqdn', 'isAutoRegistered', 'provisioningState']),
            ttl: ttlSeconds,
            metadata: { ...textsAt(properties, 'metadata'), ...metadata },
            aRecords: addresses.map((ipv4Address) => ({
              ...known.find((entry) => textAt(entry, 'ipv4Address') === ipv4Address),
              ipv4Address,
            })),
          },
        };
        await rest.put({ ...request, body, ...condition(etag) });
      });
    },
    deleteRecord(zoneId, name, etag, call) {
      const request = about(zoneId, `delete A record "${name}" from`, 'deleteRecord', call, `/A${armPath(name)}`);
      return writingRecord(zoneId, name, () => rest.delete({ ...request, ...ifMatch(etag) }));
    },
  };

  /** What is there now, provided that it is still what the caller has seen. */
  async function currentOf(request: RestCall, etag: string): Promise<RawResource | undefined> {
    const current = await rest.get(request);
    if (textAt(current, 'etag') === etag) return current;
    throw new OperatorError({
      disposition: 'conflict',
      reason: 'ChangedMeanwhile',
      message: `cannot ${request.what}: it was changed by someone else`,
    });
  }
}

const ifMatch = (etag: string | undefined) => (etag === undefined ? {} : { headers: { 'if-match': etag } });
/** Without an ETag the caller believes that nothing is there: then nothing may be overwritten. */
const condition = (etag: string | undefined): { headers: Record<string, string> } => ({
  headers: etag === undefined ? { 'if-none-match': '*' } : { 'if-match': etag },
});

function readZone(raw: RawResource): DnsZone {
  const properties = objectAt(raw, 'properties');
  return {
    id: textAt(raw, 'id') ?? '',
    tags: textsAt(raw, 'tags'),
    ...etagOf(raw),
    numberOfVirtualNetworkLinks: numberAt(properties, 'numberOfVirtualNetworkLinks') ?? 0,
    numberOfRecordSets: numberAt(properties, 'numberOfRecordSets') ?? 0,
  };
}

/** Links of older versions have no policy, which is the default (cloud-apis section 10.5). */
function fallsBack(policy: string | undefined): boolean | undefined {
  if (policy === undefined || policy === 'Default') return false;
  return policy === 'NxDomainRedirect' ? true : undefined;
}

function readLink(raw: RawResource): VirtualNetworkLink {
  const properties = objectAt(raw, 'properties');
  const provisioningState = textAt(properties, 'provisioningState');
  return {
    id: textAt(raw, 'id') ?? '',
    name: textAt(raw, 'name') ?? '',
    virtualNetworkId: textAt(objectAt(properties, 'virtualNetwork'), 'id') ?? '',
    registrationEnabled: properties['registrationEnabled'] === true,
    fallbackToInternet: fallsBack(textAt(properties, 'resolutionPolicy')),
    state: textAt(properties, 'virtualNetworkLinkState') ?? 'InProgress',
    ...(provisioningState === undefined ? {} : { provisioningState }),
    tags: textsAt(raw, 'tags'),
    ...etagOf(raw),
  };
}

function readRecord(raw: RawResource): ARecord {
  const properties = objectAt(raw, 'properties');
  return {
    name: textAt(raw, 'name') ?? '',
    addresses: exact(objectsAt(properties, 'aRecords').flatMap((entry) => textAt(entry, 'ipv4Address') ?? [])),
    ...etagOf(raw),
    metadata: marksIn(properties),
  };
}

const MARK = 'fabriclink-';
/** One for the many that bear none. */
const UNMARKED: ARecord['metadata'] = Object.freeze({});

/** A zone group writes a sentence of its own on each record: thousands of them, and nobody reads them here. */
function marksIn(properties: RawResource): ARecord['metadata'] {
  const marks = Object.entries(textsAt(properties, 'metadata')).filter(([key]) => key.startsWith(MARK));
  return marks.length === 0 ? UNMARKED : Object.fromEntries(marks);
}

function etagOf(raw: RawResource): { etag?: string } {
  const etag = textAt(raw, 'etag');
  return etag === undefined ? {} : { etag };
}
