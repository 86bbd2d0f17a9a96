import type { Clock } from '../../clock.ts';
import type { CallOptions } from '../call.ts';
import { unreadableAnswer } from '../classify.ts';
import { isObject } from '../error-body.ts';
import type { HttpResponse } from '../http.ts';
import { guestIdsOf, mappingOf, type ReadRow, readRow, same } from './mapping-rows.ts';
import { nextUrl, type RawItem } from './rest.ts';
import type { GuestRef, Mapping, MappingRow } from './types.ts';

/** How long what has been read of a long list may wait for the budget to let the rest be read. */
const PATIENCE_MS = 600_000;
const MOST_PAGES = 10_000;
const COLLECTIONS = ['value', 'mappings', 'items'];

/** All rows as of one time. */
export type MappingTable = {
  /** Without what only `of` needs. */
  readonly rows: readonly MappingRow[];
  /** When the first of its pages was asked for. */
  asOfMs: number;
  /** The same in the order of events, which goes on where the clock stands still. */
  asOf: number;
  pages: number;
  of(guest: GuestRef): Mapping[];
};

type Unfinished = { url: string; rows: ReadRow[]; asOfMs: number; asOf: number; pages: number };

/**
 * Reads the list of mappings in whatever shape it comes (U17). Whether it is paged is not documented: where it is, its
 * pages may be more than the minute's calls, so that what was read is kept while the rest waits for its turn. `next`
 * numbers events.
 */
export function createMappingList(
  clock: Clock,
  next: () => number,
  get: (url: string, call: CallOptions) => Promise<HttpResponse>,
) {
  let unfinished: Unfinished | undefined;
  let startsOver = 0;

  /** What is being read belongs to its reader: two who wrote into one list would each have rows twice, or older than asked for. */
  function take(firstUrl: string): Unfinished {
    const left = unfinished;
    unfinished = undefined;
    const young = left && clock.now() - left.asOfMs < clock.scaled(PATIENCE_MS);
    return young ? left : { url: firstUrl, rows: [], asOfMs: clock.now(), asOf: next(), pages: 0 };
  }

  return {
    async read(firstUrl: string, what: string, call: CallOptions): Promise<MappingTable> {
      const list = take(firstUrl);
      const before = startsOver;
      try {
        for (let url: string | undefined = list.url; url !== undefined && list.pages < MOST_PAGES; list.pages += 1) {
          list.url = url;
          const page = readPage(await get(url, call), what);
          list.rows.push(...page.rows.map(readRow));
          url = page.next(firstUrl);
        }
        return tableOf(list);
      } catch (error) {
        // A page that was refused for good, such as by a token that has expired, is not asked for again: the list begins anew.
        const waits = isObject(error) && error['disposition'] === 'throttled' && startsOver === before;
        if (waits && list.pages >= (unfinished?.pages ?? 0)) unfinished = list;
        throw error;
      }
    },
    /** Whatever has been read so far serves nobody. */
    startOver() {
      unfinished = undefined;
      startsOver += 1;
    },
  };
}

type Page = { rows: RawItem[]; next(firstUrl: string): string | undefined };

/** A bare array, or an object with the rows under one of several names. Anything else says nothing, not "none". */
function readPage(response: HttpResponse, what: string): Page {
  if (response.status === 204) return { rows: [], next: () => undefined };
  const body = parsed(response.body);
  if (Array.isArray(body)) return { rows: body.filter(isObject), next: () => undefined };
  if (!isObject(body)) throw unreadableAnswer(what, response.status);
  const name = COLLECTIONS.find((key) => key in body);
  const rows = name === undefined ? undefined : (body[name] ?? []);
  if (!Array.isArray(rows)) throw unreadableAnswer(what, response.status);
  return { rows: rows.filter(isObject), next: (firstUrl) => nextUrl(body, firstUrl) };
}

function tableOf({ rows, asOfMs, asOf, pages }: Unfinished): MappingTable {
  const byId = new Map<string, ReadRow[]>();
  for (const row of rows) {
    for (const id of new Set(guestIdsOf(row).map((each) => each.toLowerCase()))) {
      const there = byId.get(id);
      if (there) there.push(row);
      else byId.set(id, [row]);
    }
  }
  let shown: readonly MappingRow[] | undefined;
  return {
    // Made when somebody looks at all of them: most look at one guest.
    get rows() {
      return (shown ??= rows.map(({ members: _members, ...row }) => row));
    },
    asOfMs,
    asOf,
    pages,
    of: (guest) =>
      (byId.get(guest.objectId.toLowerCase()) ?? [])
        .filter(({ guestTenantId }) => guestTenantId === undefined || same(guestTenantId, guest.tenantId))
        .map((row) => mappingOf(row, guest)),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
