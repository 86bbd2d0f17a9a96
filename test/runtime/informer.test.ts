import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createKubeClient } from '../../operator/clients/kube/client.ts';
import { createTransport } from '../../operator/clients/transport.ts';
import { silentLogger } from '../../operator/log.ts';
import { createInformer, type Informer, type InformerOptions } from '../../operator/runtime/informer.ts';
import { eventually, settle, type VirtualClock, virtualClock } from '../support/virtual-clock.ts';
import { type ApiServer, startApiServer } from './support/api-server.ts';
import { accessTo, noChance } from './support/harness.ts';
import { aToy, TOYS, TOYS_NAME, type Toy } from './support/toy.ts';

let server: ApiServer;
let clock: VirtualClock;
let informer: Informer;
let told: string[] = [];
let faults: string[] = [];
let missed = 0;
let relists = 0;
const transport = createTransport();

beforeEach(async () => {
  server = await startApiServer();
  clock = virtualClock();
  told = [];
  faults = [];
  missed = 0;
  relists = 0;
});
afterEach(async () => {
  await informer.stop();
  await server.close();
});

function watchToys(more: Partial<InformerOptions> = {}): Informer {
  informer = createInformer({
    type: TOYS,
    namespaces: [],
    kube: createKubeClient({ transport, access: accessTo(server.url) }),
    clock,
    random: noChance,
    log: silentLogger,
    observer: {
      fault: (fault) => faults.push(fault),
      missed: (count) => {
        missed += count;
      },
      relisted: () => {
        relists += 1;
      },
    },
    ...more,
  });
  informer.onChange(({ key, before, after }, initial) => {
    told.push(`${initial ? 'initial ' : ''}${after ? (before ? 'changed' : 'added') : 'deleted'} ${key}`);
  });
  informer.start();
  return informer;
}

const create = (name: string, namespace = 'default') => server.store.create(TOYS_NAME, aToy(name, namespace));
const resize = (name: string, size: number) => server.store.merge(TOYS_NAME, `default/${name}`, { spec: { size } });
const sizeOf = (name: string) => (informer.get(`default/${name}`) as Toy | undefined)?.spec.size;
const watching = () => eventually(() => server.watches() === 1, 'a watch');
const lists = () => server.asked.filter(({ method, watch }) => method === 'GET' && !watch).length;
const watchesAsked = () => server.asked.filter(({ watch }) => watch);

/** Lets the reflector's pauses pass until it watches again. */
async function recovered(): Promise<void> {
  await eventually(async () => {
    await clock.advance(1000);
    return server.watches() === 1;
  }, 'a new watch');
}

describe('an informer', () => {
  test('lists page by page, then follows what happens', async () => {
    for (let index = 0; index < 7; index += 1) create(`toy-${index}`);
    watchToys({ limits: { pageSize: 3 } });
    await watching();
    expect(informer.hasSynced()).toBe(true);
    expect(informer.size()).toBe(7);
    expect(lists()).toBe(3);
    create('late');
    resize('toy-0', 9);
    server.store.delete(TOYS_NAME, 'default/toy-1');
    await eventually(() => told.includes('deleted default/toy-1'), 'the deletion');
    expect(told.slice(0, 7)).toEqual(Array.from({ length: 7 }, (_, index) => `initial added default/toy-${index}`));
    expect(told.slice(7)).toEqual(['added default/late', 'changed default/toy-0', 'deleted default/toy-1']);
    expect(informer.lastSeenResourceVersion()).toBe(String(server.store.version()));
  });

  test('keeps neither managed fields nor last-applied', async () => {
    server.store.create(TOYS_NAME, {
      ...aToy('a'),
      metadata: {
        name: 'a',
        namespace: 'default',
        annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}', mine: '1' },
      },
    });
    watchToys();
    await watching();
    expect(informer.get('default/a')?.metadata).not.toHaveProperty('managedFields');
    expect(informer.get('default/a')?.metadata.annotations).toEqual({ mine: '1' });
  });

  test('watches only the namespaces it was told to', async () => {
    create('a', 'one');
    create('b', 'two');
    create('c', 'three');
    watchToys({ namespaces: ['one', 'three'] });
    await eventually(() => informer.hasSynced(), 'both lists');
    expect(
      informer
        .list()
        .map(({ metadata }) => metadata.name)
        .sort(),
    ).toEqual(['a', 'c']);
    expect(informer.indexed('namespace', 'three')).toHaveLength(1);
  });

  test('asks for bookmarks and for an end after five to ten minutes', async () => {
    watchToys();
    await watching();
    const [{ query }] = watchesAsked() as [ReturnType<typeof watchesAsked>[number]];
    expect(query.get('allowWatchBookmarks')).toBe('true');
    expect(query.get('timeoutSeconds')).toBe('450');
  });
});

describe('when the connection misbehaves', () => {
  test('a cut stream resumes after the last event, with no list and nothing lost', async () => {
    create('a');
    watchToys();
    await watching();
    server.cutWatches();
    await eventually(() => faults.includes('cut'), 'the cut to be noticed');
    resize('a', 5);
    await recovered();
    await eventually(() => sizeOf('a') === 5, 'what happened in between');
    expect(lists()).toBe(1);
  });

  test('an orderly end after a long life is no fault and costs no pause', async () => {
    watchToys();
    await watching();
    await clock.advance(100_000);
    server.endWatches();
    await eventually(() => watchesAsked().length === 2, 'the next watch');
    expect(faults).toEqual([]);
    expect(lists()).toBe(1);
  });

  test('a bookmark moves the place to resume from', async () => {
    watchToys();
    await watching();
    server.store.create('others', { ...aToy('elsewhere') });
    server.bookmark();
    await eventually(() => informer.lastSeenResourceVersion() === String(server.store.version()), 'the bookmark');
    server.cutWatches();
    await recovered();
    expect(watchesAsked().at(-1)?.query.get('resourceVersion')).toBe(String(server.store.version()));
  });

  test('a version that is too old is followed by a list, which finds and counts what was missed', async () => {
    create('gone');
    create('stays');
    watchToys();
    await watching();
    server.cutWatches();
    await eventually(() => server.watches() === 0, 'the cut');
    server.store.delete(TOYS_NAME, 'default/gone');
    resize('stays', 7);
    create('new');
    server.compact();
    await eventually(async () => {
      await clock.advance(1000);
      return faults.includes('expired');
    }, 'the refusal');
    server.uncompact();
    await recovered();
    await eventually(() => relists === 1, 'the list');
    expect(
      informer
        .list()
        .map(({ metadata }) => metadata.name)
        .sort(),
    ).toEqual(['new', 'stays']);
    expect(told).toContain('deleted default/gone');
    expect(sizeOf('stays')).toBe(7);
    expect(missed).toBe(3);
  });

  test('a 410 inside the stream is followed by a list', async () => {
    watchToys();
    await watching();
    server.sendRaw(`${JSON.stringify({ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } })}\n`);
    await eventually(() => faults.includes('expired'), 'the error event');
    await recovered();
    expect(lists()).toBe(2);
  });

  test('a half-open connection is found out by its silence, bookmarks included', async () => {
    create('a');
    watchToys();
    await watching();
    await clock.advance(100_000);
    server.bookmark();
    await eventually(async () => {
      await settle();
      return informer.lastSeenResourceVersion() !== undefined;
    }, 'the bookmark');
    server.hush(true);
    await clock.advance(100_000);
    expect(faults).toEqual([]);
    resize('a', 3);
    await clock.advance(50_000);
    await eventually(() => faults.includes('silent'), 'the silence to be noticed');
    await eventually(() => server.watches() === 0, 'the dead connection to be closed');
    server.hush(false);
    await recovered();
    await eventually(() => sizeOf('a') === 3, 'what was said into the void');
    expect(lists()).toBe(1);
  });

  test('a bad line is counted, and what follows it is not lost', async () => {
    create('a');
    watchToys();
    await watching();
    server.sendRaw('{"type":"MODIFIED","obj\n');
    resize('a', 4);
    await eventually(() => faults.includes('bad_line'), 'the bad line to be counted');
    await recovered();
    await eventually(() => sizeOf('a') === 4, 'the event after it');
    expect(lists()).toBe(1);
  });

  test('a line that is bad again at the same place is stepped over by a list', async () => {
    create('a');
    watchToys();
    for (const seen of [1, 2]) {
      await recovered();
      server.sendRaw('not json\n');
      await eventually(() => faults.filter((fault) => fault === 'bad_line').length === seen, 'the bad line');
    }
    await recovered();
    expect(lists()).toBe(2);
  });

  test('a server that accepts and drops is approached ever more slowly, and the count survives each connection', async () => {
    watchToys();
    await watching();
    const gaps: number[] = [];
    for (let round = 0; round < 5; round += 1) {
      const before = faults.length;
      server.cutWatches();
      await eventually(() => faults.length > before, 'the cut');
      await settle();
      const startMs = clock.now();
      await clock.advanceToNext();
      gaps.push(clock.now() - startMs);
      await watching();
    }
    expect(gaps).toEqual([600, 1200, 2400, 4800, 9600]);
  });

  test('a list that fails is tried again until it works', async () => {
    create('a');
    const mend = server.fault(({ watch, method }) => (method === 'GET' && !watch ? { status: 503 } : undefined));
    watchToys();
    await eventually(() => faults.includes('refused'), 'the refusal');
    expect(informer.hasSynced()).toBe(false);
    mend();
    await recovered();
    expect(informer.size()).toBe(1);
  });

  test('a server that says when to come back is not asked before', async () => {
    server.fault(({ watch }) => (watch ? { status: 429, headers: { 'retry-after': '20' } } : undefined));
    watchToys();
    await eventually(() => faults.includes('refused'), 'the refusal');
    const asked = watchesAsked().length;
    await clock.advance(19_000);
    expect(watchesAsked().length).toBe(asked);
    await clock.advance(1_000);
    await eventually(() => watchesAsked().length === asked + 1, 'the next try');
  });

  test('a token that expires in the middle of a list begins the list again', async () => {
    for (let index = 0; index < 5; index += 1) create(`toy-${index}`);
    let once = true;
    server.fault(({ query }) => {
      if (!query.has('continue') || !once) return undefined;
      once = false;
      return { status: 410, body: '{"reason":"Expired"}' };
    });
    watchToys({ limits: { pageSize: 2 } });
    await recovered();
    expect(informer.size()).toBe(5);
    expect(informer.hasSynced()).toBe(true);
  });
});

describe('our own writes', () => {
  test('are in the cache before the watch tells of them, and are no news when it does', async () => {
    create('a');
    watchToys();
    await watching();
    server.lag(true);
    informer.absorb(resize('a', 8));
    expect(sizeOf('a')).toBe(8);
    server.lag(false);
    create('marker');
    await eventually(() => told.includes('added default/marker'), 'the marker');
    expect(told).not.toContain('changed default/a');
  });

  test('are not put back by an older event that arrives late', async () => {
    create('a');
    watchToys();
    await watching();
    server.lag(true);
    resize('a', 2);
    informer.absorb(resize('a', 3));
    server.lag(false);
    create('marker');
    await eventually(() => told.includes('added default/marker'), 'the marker');
    expect(sizeOf('a')).toBe(3);
  });

  test('do not bring back an object whose deletion has been told', async () => {
    create('a');
    watchToys();
    await watching();
    const written = resize('a', 2);
    server.store.delete(TOYS_NAME, 'default/a');
    await eventually(() => told.includes('deleted default/a'), 'the deletion');
    informer.absorb(written);
    expect(informer.get('default/a')).toBeUndefined();
  });
});

describe('a resource that is optional', () => {
  const SECRETS_OF_TEST = { group: '', version: 'v1', plural: 'secrets', kind: 'Secret', namespaced: true };
  const aSecret = (name: string, namespace = 'default') =>
    server.store.create('secrets', {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name, namespace },
      data: { password: 'cGxhbnRlZA==' },
    } as never);
  const lines: { message: string; fields: object }[] = [];
  const log = { ...silentLogger, warn: (message: string, fields: object = {}) => void lines.push({ message, fields }) };
  const watchSecrets = (more: Partial<InformerOptions> = {}) =>
    watchToys({ type: SECRETS_OF_TEST, optional: 'nothing bad', log, ...more });
  const forbid = (namespace = '') =>
    server.fault(({ path }) => (path.includes(namespace) && path.endsWith('/secrets') ? { status: 403 } : undefined));
  beforeEach(() => void lines.splice(0));

  test('and forbidden holds nobody up, is said once, asked again rarely, and followed as soon as it is allowed', async () => {
    aSecret('one');
    const allow = forbid();
    watchSecrets();
    await eventually(() => informer.hasSynced(), 'the refusal to be taken for an answer');
    expect(informer.follows()).toBe(false);
    const asks = () => server.asked.length;
    await clock.advance(299_000);
    expect(asks()).toBe(1);
    await clock.advance(2_000);
    await eventually(() => asks() === 2, 'another try after five minutes');
    expect(lines).toEqual([
      {
        message: 'going on without a watch that is forbidden',
        fields: expect.objectContaining({ follows: 'nothing bad' }),
      },
    ]);
    allow();
    await clock.advance(301_000);
    await eventually(() => informer.follows(), 'the list');
    expect(informer.list()).toHaveLength(1);
  });

  test('and not forbidden is waited for like any other', async () => {
    const mend = server.fault(({ path }) => (path.endsWith('/secrets') ? { status: 500 } : undefined));
    watchSecrets();
    await settle();
    expect(informer.hasSynced()).toBe(false);
    mend();
    await clock.advance(5_000);
    await eventually(() => informer.hasSynced(), 'the list');
  });

  test('and forbidden in one namespace is followed in the others', async () => {
    aSecret('one', 'mine');
    forbid('theirs');
    watchSecrets({ namespaces: ['mine', 'theirs'] });
    await eventually(() => informer.hasSynced(), 'both answers');
    expect([informer.follows('mine'), informer.follows('theirs'), informer.follows()]).toEqual([true, false, false]);
    aSecret('two', 'mine');
    await eventually(() => informer.size() === 2, 'the watch of the other namespace');
  });

  test('and not optional is never done without', async () => {
    forbid();
    informer = createInformer({
      type: SECRETS_OF_TEST,
      namespaces: [],
      kube: createKubeClient({ transport, access: accessTo(server.url) }),
      clock,
      random: noChance,
      log: silentLogger,
    });
    informer.start();
    await clock.advance(60_000);
    expect(informer.hasSynced()).toBe(false);
  });

  test('a Secret is asked for without its content, and kept without it where the server sends it all the same', async () => {
    aSecret('one');
    const accepts: (string | undefined)[] = [];
    watchSecrets({
      kube: createKubeClient({
        transport: {
          ...transport,
          send: (request) => (accepts.push(request.headers?.['accept']), transport.send(request)),
          stream: (request) => (accepts.push(request.headers?.['accept']), transport.stream(request)),
        },
        access: accessTo(server.url),
      }),
    });
    await eventually(() => informer.hasSynced() && accepts.length === 2, 'list and watch');
    for (const accept of accepts) expect(accept).toContain('as=PartialObjectMetadata');
    expect(JSON.stringify(informer.list())).not.toContain('cGxhbnRlZA');
  });
});
