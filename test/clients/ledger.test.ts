import { beforeEach, describe, expect, test } from '@jest/globals';
import { createLedger, type Ledger, type LedgerEntry } from '../../operator/clients/kube/ledger.ts';
import { entryIn, MOST_BYTES, shardOf, withEntry } from '../../operator/clients/kube/ledger-entry.ts';
import type { KubeClient, KubeObject } from '../../operator/clients/kube/types.ts';
import { OperatorError } from '../../operator/errors.ts';

const NOW_MS = Date.parse('2026-03-02T08:00:00Z');
const at = (hours: number) => new Date(NOW_MS + hours * 3_600_000).toISOString();
const anEntry = (changes: Partial<LedgerEntry> = {}): LedgerEntry => ({
  what: 'mappingDeleted',
  subject: 'Guest/User',
  object: { kind: 'CrossTenantMapping', namespace: 'team', name: 'ann', uid: 'uid-1' },
  at: at(0),
  until: at(72),
  why: 'deleted',
  left: ['/subscriptions/1'],
  ...changes,
});
const applied = (
  data: Readonly<Record<string, string>>,
  entry: LedgerEntry,
  nowMs = NOW_MS,
): Record<string, string> => {
  const change = withEntry(data, entry, nowMs);
  if (change.kind !== 'change') return { ...data };
  const merged = { ...data, ...change.data };
  return Object.fromEntries(Object.entries(merged).filter((pair): pair is [string, string] => pair[1] !== null));
};

describe('an entry', () => {
  test('comes back as it was written, whatever the case of its subject, until it runs out', () => {
    const data = applied({}, anEntry());
    const sought = { what: 'mappingDeleted', subject: 'gUEST/uSER' } as const;
    expect(entryIn(data, sought, NOW_MS)).toEqual(anEntry());
    expect(entryIn(data, sought, Date.parse(at(72)) - 1)).toEqual(anEntry());
    expect(entryIn(data, sought, Date.parse(at(72)))).toBeUndefined();
    expect(entryIn(data, { ...sought, subject: 'guest/other' }, NOW_MS)).toBeUndefined();
    expect(entryIn(data, { ...sought, what: 'abandoned' }, NOW_MS)).toBeUndefined();
  });

  test('written again changes nothing; a later end counts, an earlier one does not', () => {
    const data = applied({}, anEntry());
    expect(withEntry(data, anEntry(), NOW_MS)).toEqual({ kind: 'kept' });
    expect(entryIn(applied(data, anEntry({ until: at(80) })), anEntry(), NOW_MS)?.until).toBe(at(80));
    expect(entryIn(applied(data, anEntry({ until: at(1), why: 'again' })), anEntry(), NOW_MS)?.until).toBe(at(72));
  });

  test('that has run out makes room, one that has not and one that cannot be read never do', () => {
    const old = applied({}, anEntry({ subject: 'old', until: at(-1) }), NOW_MS - 7_200_000);
    const data = { ...applied(old, anEntry({ subject: 'young' }), NOW_MS - 7_200_000), strange: 'text of a person' };
    const after = applied(data, anEntry());
    expect(Object.keys(after)).toHaveLength(3);
    expect(after['strange']).toBe('text of a person');
    expect(entryIn(after, { what: 'mappingDeleted', subject: 'young' }, NOW_MS)).toBeDefined();
  });

  test('for which there is no room is refused rather than another dropped', () => {
    const nearlyFull = { strange: 'x'.repeat(MOST_BYTES - 100) };
    expect(withEntry(nearlyFull, anEntry(), NOW_MS)).toEqual({ kind: 'full' });
    expect(withEntry({ strange: 'x'.repeat(MOST_BYTES - 1_000) }, anEntry(), NOW_MS).kind).toBe('change');
  });

  test.each(['', 'null', '[]', '{"v":1}', '{"v":2,"what":"abandoned"}', '{"v":1,"what":1,"subject":{}}'])(
    'is not made of %s',
    (text) => {
      const [key] = Object.keys(applied({}, anEntry()));
      expect(entryIn({ [key!]: text }, anEntry(), NOW_MS)).toBeUndefined();
    },
  );

  test('is spread over sixteen ConfigMaps', () => {
    const names = new Set(Array.from({ length: 500 }, (_, index) => shardOf(anEntry({ subject: `subject-${index}` }))));
    expect([...names].sort()).toEqual(
      Array.from({ length: 16 }, (_, index) => `fabriclink-ledger-${index.toString(16)}`),
    );
  });
});

describe('the ledger', () => {
  type Map_ = KubeObject & { data?: Record<string, string | null> };
  let stored: Map<string, Map_>;
  let version: number;
  let gets: number;
  let nowMs: number;
  let ledger: Ledger;
  /** Runs between the read and the write of the next `write`. */
  let meanwhile: (() => Promise<void>) | undefined;
  const { signal } = new AbortController();
  const refusal = (status: number, reason: string) =>
    new OperatorError({ disposition: 'conflict', reason, message: reason, status });

  const kube = {
    async get(_type, _namespace, name) {
      gets += 1;
      const found = structuredClone(stored.get(name));
      const others = meanwhile;
      meanwhile = undefined;
      await others?.();
      return found as never;
    },
    async create(_type, object) {
      if (stored.has(object.metadata.name)) throw refusal(409, 'AlreadyExists');
      if (object.metadata.namespace !== 'operator') throw refusal(404, 'NotFound');
      stored.set(object.metadata.name, {
        ...object,
        metadata: { ...object.metadata, resourceVersion: `${++version}` },
      });
      return stored.get(object.metadata.name) as never;
    },
    async patch(_type, _namespace, name, { body }) {
      const found = stored.get(name)!;
      const { metadata, data } = body as Map_;
      if (metadata.resourceVersion !== found.metadata.resourceVersion) throw refusal(409, 'Conflict');
      const merged = Object.entries({ ...found.data, ...data }).filter(([, value]) => value !== null);
      stored.set(name, {
        ...found,
        metadata: { ...found.metadata, resourceVersion: `${++version}` },
        data: Object.fromEntries(merged),
      });
      return stored.get(name) as never;
    },
  } satisfies Pick<KubeClient, 'get' | 'create' | 'patch'>;

  const clock = { now: () => nowMs, after: () => () => {}, scaled: (ms: number) => ms };
  beforeEach(() => {
    stored = new Map();
    version = 0;
    gets = 0;
    nowMs = NOW_MS;
    meanwhile = undefined;
    ledger = createLedger({ kube, clock, namespace: 'operator' });
  });
  const shard = shardOf(anEntry());

  test('keeps what was written, also for the next process, and reads a shard once in ten seconds', async () => {
    expect(await ledger.find(anEntry(), signal)).toBeUndefined();
    await ledger.write(anEntry(), signal);
    gets = 0;
    for (let asked = 0; asked < 5; asked++) expect(await ledger.find(anEntry(), signal)).toEqual(anEntry());
    expect(gets).toBe(0);
    nowMs += 10_000;
    await ledger.find(anEntry(), signal);
    expect(gets).toBe(1);
    const next = createLedger({ kube, clock, namespace: 'operator' });
    expect(await next.find(anEntry(), signal)).toEqual(anEntry());
    expect(stored.get(shard)?.metadata.labels).toMatchObject({ 'fabriclink.dev/ledger': 'true' });
  });

  const neighbours = Array.from({ length: 500 }, (_, index) => anEntry({ subject: `other-${index}` }))
    .filter((entry) => shardOf(entry) === shard)
    .slice(0, 5);

  test('of one process is written in two goes, whoever else writes: nobody is refused or waits long for a neighbour’s sake', async () => {
    const [first, ...others] = neighbours;
    meanwhile = async () => void (late = others.map((entry) => ledger.write(entry, signal)));
    let late: Promise<unknown>[] = [];
    await ledger.write(first!, signal);
    await Promise.all(late);
    for (const entry of neighbours) expect(await ledger.find(entry, signal)).toBeDefined();
    expect([gets, version]).toEqual([2, 2]);
    // One that fails is in nobody's way.
    stored.delete(shard);
    const absent = createLedger({ kube, clock, namespace: 'gone' });
    const [failed, again] = await Promise.allSettled([
      absent.write(anEntry(), signal),
      absent.write(anEntry(), signal),
    ]);
    expect([failed, again].map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });

  test('is full for whom there is no room, and not for those who are written with it', async () => {
    const [one, ...others] = neighbours;
    const large = { ...one!, left: ['x'.repeat(MOST_BYTES)] };
    const written = await Promise.allSettled([large, ...others].map((entry) => ledger.write(entry, signal)));
    expect(written.map(({ status }) => status)).toEqual(['rejected', ...others.map(() => 'fulfilled')]);
    expect(await ledger.find(others[0]!, signal)).toBeDefined();
  });

  test('leaves out whoever has given up, and aborts with the last', async () => {
    const given = new AbortController();
    const aborted = ledger.write(neighbours[0]!, given.signal);
    const stays = ledger.write(neighbours[1]!, signal);
    given.abort(new Error('lost the lease'));
    await expect(aborted).rejects.toThrow('lost the lease');
    await stays;
    expect(await ledger.find(neighbours[0]!, signal)).toBeUndefined();
    const last = new AbortController();
    let seen: AbortSignal | undefined;
    const slow = createLedger({
      kube: {
        ...kube,
        get: async (type: never, namespace: never, name: string, own: AbortSignal) => {
          seen = own;
          last.abort(new Error('lost the lease'));
          return kube.get(type, namespace, name);
        },
      } as never,
      clock,
      namespace: 'operator',
    });
    await slow.write(neighbours[2]!, last.signal).catch(() => {});
    expect(seen?.aborted).toBe(true);
  });

  test('takes back what was not done after all, and puts the one before it in its place', async () => {
    const earlier = anEntry({ at: at(-10), until: at(62), why: 'really done' });
    expect(await ledger.write(earlier, signal)).toBeUndefined();
    const former = await ledger.write(anEntry(), signal);
    expect(former).toEqual(earlier);
    await ledger.takeBack(anEntry(), former, signal);
    expect(await ledger.find(anEntry(), signal)).toEqual(earlier);
    await ledger.takeBack(earlier, undefined, signal);
    expect(await ledger.find(anEntry(), signal)).toBeUndefined();
    // What somebody else has written since stays.
    await ledger.write(anEntry({ at: at(1) }), signal);
    await ledger.takeBack(anEntry(), undefined, signal);
    expect(await ledger.find(anEntry(), signal)).toEqual(anEntry({ at: at(1) }));
  });

  test('of two that write at once the later is refused, and loses nothing of the first when it comes again', async () => {
    const twin = Array.from({ length: 500 }, (_, index) => anEntry({ subject: `other-${index}` })).find(
      (entry) => shardOf(entry) === shard,
    )!;
    const other = createLedger({ kube, clock, namespace: 'operator' });
    meanwhile = async () => void (await other.write(twin, signal));
    await expect(ledger.write(anEntry(), signal)).rejects.toMatchObject({ disposition: 'conflict' });
    await ledger.write(anEntry(), signal);
    expect(await ledger.find(anEntry(), signal)).toBeDefined();
    nowMs += 10_000;
    expect(await ledger.find(twin, signal)).toBeDefined();
  });

  test('that is full says what to do, and writes nothing', async () => {
    const data = { mine: 'x'.repeat(MOST_BYTES) };
    stored.set(shard, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: shard, resourceVersion: '1' }, data });
    await expect(ledger.write(anEntry(), signal)).rejects.toMatchObject({
      disposition: 'blocked',
      reason: 'LedgerFull',
    });
    expect(stored.get(shard)?.data).toEqual(data);
  });

  test('without its namespace says which one is missing', async () => {
    const homeless = createLedger({ kube, clock, namespace: 'nowhere' });
    await expect(homeless.write(anEntry(), signal)).rejects.toMatchObject({
      disposition: 'blocked',
      remedy: expect.stringContaining('create namespace nowhere'),
    });
  });
});
