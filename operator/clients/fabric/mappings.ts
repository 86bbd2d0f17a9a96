import { OperatorError, toOperatorError } from '../../errors.ts';
import type { CallOptions } from '../call.ts';
import { saysAbsent, unreadableAnswer } from '../classify.ts';
import { isObject } from '../error-body.ts';
import type { HttpResponse } from '../http.ts';
import { LIMITS } from '../quotas.ts';
import { objectAt } from '../raw.ts';
import type { FabricContext } from './context.ts';
import { consentMissing, mappingError, reworded } from './mapping-errors.ts';
import { createMappingList, type MappingTable } from './mapping-list.ts';
import { createMappingOperations } from './mapping-operations.ts';
import { mappingOf, readRow, same } from './mapping-rows.ts';
import type { FabricCall, FabricRest } from './rest.ts';
import type { FabricClient, GuestRef, Mapping, MappingBody } from './types.ts';

const PATH = '/v1/admin/crosstenantauth/mappings';
const LIST_PERIOD_MS = 1_200_000;
/** Listing may take a twentieth of the calls: the rest is for what people want done. */
const LISTING_SHARE = 20;
/** Whoever is told to come back, and is later than this, need not have come. */
const READER_GRACE_MS = 30_000;
/** One look at whether our token is any good serves everybody for this long. */
const PROOF_PERIOD_MS = 60_000;
const MOST_ANSWERS = 20_000;

type Answered = { guest: GuestRef; mapping: Partial<Mapping>; order: number };

const costOf = ({ pages }: MappingTable) => (pages * LIMITS.mappings.windowMs) / LIMITS.mappings.calls;
const keyOf = ({ tenantId, objectId }: GuestRef) => `${tenantId}/${objectId}`.toLowerCase();

/** Mappings of guests of other tenants (cloud-apis section 15), within 50 calls a minute for everything. */
export function createMappings(
  context: FabricContext,
  rest: FabricRest,
): Pick<FabricClient, 'mappings' | 'createMapping' | 'deleteMapping'> {
  const { observers, clock, cacheKey } = context;
  const listKey = `${cacheKey}|fabric|mappings`.toLowerCase();
  const quotas = [{ limit: LIMITS.mappings, scope: context.tenantId.toLowerCase() }];
  /** Numbers what happens: which of a list and an answer is newer. */
  let events = 0;
  const next = () => (events += 1);
  const list = createMappingList(clock, next, (url, call) =>
    rest.follow(url, about('list the mappings', 'list', call)),
  );
  const operations = createMappingOperations(clock, rest);
  /** What our own POSTs were answered, until a later list has taken its place. */
  const answers = new Map<string, Answered>();
  let listPeriodMs = LIST_PERIOD_MS;
  /** Who comes back to read on, and when somebody else may. */
  let reader: { key: string; untilMs: number } | undefined;

  function about(what: string, operation: string, call: CallOptions): FabricCall {
    return { path: PATH, operation: `mappings.${operation}`, what, call, quotas };
  }

  const load = async (call: CallOptions): Promise<MappingTable> => {
    const { what } = about('list the mappings', 'list', call);
    try {
      // Everybody waits for this one read: it goes before the writes that cannot begin without it.
      const table = await list.read(`${context.fabricUrl}${PATH}`, what, { ...call, urgency: 'person' });
      reader = undefined;
      listPeriodMs = Math.max(LIST_PERIOD_MS, costOf(table) * LISTING_SHARE);
      for (const [key, { order }] of answers) if (order < table.asOf) answers.delete(key);
      return table;
    } catch (error) {
      throw mappingError(error, 'list');
    }
  };

  /**
   * Of those who only look now and then one comes back to read on: if everybody went on with the last list, what was read
   * of a new one would be too old when the next of them came, and a list longer than a minute's calls would never end.
   */
  const readsOn = ({ urgency, key }: CallOptions, retryAfterMs: number): boolean => {
    const nowMs = clock.now();
    if (urgency === 'person' || (reader && reader.key !== key && nowMs < reader.untilMs)) return false;
    reader = { key, untilMs: nowMs + retryAfterMs + clock.scaled(READER_GRACE_MS) };
    return true;
  };

  const table = async (call: CallOptions): Promise<MappingTable> => {
    try {
      return (await observers.read(listKey, listPeriodMs, call, load)).value;
    } catch (error) {
      const last = observers.peek<MappingTable>(listKey)?.value;
      const waits = error instanceof OperatorError && error.reason === 'WaitingForQuota';
      if (!waits || !last || call.maxAgeMs !== undefined || readsOn(call, error.retryAfterMs ?? 0)) throw error;
      return last;
    }
  };

  /** The list as of its time, and on top of it what we have been answered since. */
  const concerning = (current: MappingTable, guest: GuestRef): Mapping[] => {
    const listed = current.of(guest);
    const answer = answers.get(keyOf(guest));
    if (!answer || answer.order < current.asOf) return listed;
    const { id } = answer.mapping;
    // An answer that told nothing adds nothing to a row that lives.
    if (id === undefined && listed.some(({ deleted }) => deleted !== true)) return listed;
    const own: Mapping = { id: guest.objectId, ...answer.mapping, seen: 'answered' };
    return [own, ...listed.filter((mapping) => id === undefined || !same(mapping.id, id))];
  };

  const forgetList = () => {
    list.startOver();
    observers.invalidate(listKey);
  };

  /** Whether the service takes our token for mappings at all: a 401 here is the token's (U21). */
  const proveToken = (call: CallOptions) =>
    observers.read(`${listKey}|proof`, PROOF_PERIOD_MS, call, async (shared) => {
      const request = about('read the mappings', 'prove', { ...shared, urgency: 'person' });
      await rest.get({ ...request, ambiguous401: true });
      return true;
    });

  /** Consent is missing if the same token may list; else a fresh token is had, for the next try to use. */
  const explain401 = async (error: OperatorError, call: CallOptions): Promise<OperatorError> => {
    try {
      await proveToken(call);
      return consentMissing(error);
    } catch (unproven) {
      if (!(unproven instanceof OperatorError)) throw unproven;
      if (unproven.status !== 401) throw mappingError(unproven, 'list');
    }
    await rest.get(about('read the mappings', 'prove', call));
    observers.invalidate(`${listKey}|proof`);
    return reworded(error, { disposition: 'transient', reason: 'TokenRefused' });
  };

  return {
    async mappings(call) {
      const current = await table(call);
      return {
        value: {
          get rows() {
            return current.rows;
          },
          costMs: costOf(current),
          of: (guest) => concerning(current, guest),
        },
        readAtMs: current.asOfMs,
      };
    },

    async createMapping(body, call, beforehand) {
      const what = `map guest ${body.objectId} of tenant ${body.tenantId}`;
      const request = about(what, 'create', call);
      const key = keyOf(body);
      const post = { ...request, body: rawBody(body), ambiguous401: true as const, ...(beforehand && { beforehand }) };
      try {
        const answer = (await operations.follow(key, request)) ?? operations.begun(key, await rest.post(post), request);
        const mapping = answeredMapping(answerOf(answer, what), body);
        if (answers.size >= MOST_ANSWERS) answers.clear();
        answers.set(key, { guest: body, mapping: mapping ?? {}, order: next() });
        return mapping;
      } catch (error) {
        if (!(error instanceof OperatorError)) throw error;
        if (error.unsent) throw error;
        if (error.status === 401) throw await explain401(error, call);
        const explained = mappingError(error, 'create');
        // No answer, or "it exists": what is there now only the service can say.
        const noAnswer = error.status === undefined || error.status < 300;
        const unknown = noAnswer && error.disposition === 'transient' && !operations.under(key);
        if (unknown || (explained instanceof OperatorError && explained.reason === 'MappingExists')) forgetList();
        throw explained;
      }
    },

    async deleteMapping(mappingId, call, beforehand) {
      const request = about(`delete mapping ${mappingId}`, 'delete', call);
      try {
        const path = `${PATH}/${encodeURIComponent(mappingId)}`;
        await rest.delete({ ...request, path, ...(beforehand && { beforehand }) });
      } catch (error) {
        const { unsent, reason } = toOperatorError(error);
        const gone = !unsent && (saysAbsent(error) || reason === 'NotFoundWithoutWord');
        if (!gone) throw mappingError(error, 'delete');
      }
      const current = observers.peek<MappingTable>(listKey)?.value;
      for (const [key, { guest, mapping }] of answers) {
        const ids = [mapping.id ?? guest.objectId, ...(current?.of(guest) ?? []).map(({ id }) => id)];
        if (ids.some((id) => same(id, mappingId))) answers.delete(key);
      }
    },
  };
}

function rawBody({ objectId, tenantId, type, userPrincipalName, email, denyUserAccess }: MappingBody) {
  return {
    id: objectId,
    tenantId,
    type: type === 'Group' ? 'Group' : 'User',
    ...(type === 'User' && userPrincipalName !== undefined ? { userDetails: { userPrincipalName } } : {}),
    ...(type === 'Group' && email !== undefined ? { groupDetails: { groupType: 'Unknown', email } } : {}),
    ...(denyUserAccess === undefined ? {} : { denyUserAccess }),
  };
}

/** Nothing, a row, or the bare id of one. A page that is no JSON was not sent by the service: then nobody knows what was done. */
function answerOf({ body, status }: HttpResponse, what: string): Record<string, unknown> | undefined {
  if (body.trim() === '') return undefined;
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw unreadableAnswer(what, status);
  }
  if (typeof value === 'string') return { mappingId: value };
  return isObject(value) ? value : undefined;
}

/** The row in a POST's answer, bare or wrapped; `undefined` where it tells no id and no principal that we did not send. */
function answeredMapping(raw: Record<string, unknown> | undefined, guest: GuestRef): Mapping | undefined {
  if (!raw) return undefined;
  const inner = objectAt(raw, 'mapping');
  const row = Object.keys(inner).length > 0 ? inner : raw;
  const mapping = mappingOf(readRow(row), guest);
  if (same(mapping.id, guest.objectId) && !mapping.principal) return undefined;
  return { ...mapping, seen: 'answered' };
}
