import { createSocket, type Socket } from 'node:dgram';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Answer, decode, encode } from 'dns-packet';
import { createDnsClient, lookupThrough, type NameServer } from '../../operator/clients/dns.ts';
import { recordNameOf, workspaceApiHost, workspaceHosts } from '../../operator/clients/host-names.ts';
import { WORKSPACE } from './fakes.ts';

const NXDOMAIN = 3;
const REFUSED = 5;
const SERVFAIL = 2;

type Zone = Record<string, { answers?: Answer[]; rcode?: number; silent?: boolean }>;

const zone: Zone = {
  'private.test': { answers: [{ type: 'A', name: 'private.test', data: '10.1.2.3' }] },
  'alias.test': {
    answers: [
      { type: 'CNAME', name: 'alias.test', data: 'private.test' },
      { type: 'A', name: 'private.test', data: '10.1.2.3' },
    ],
  },
  'several.test': {
    answers: ['10.0.0.1', '10.0.0.2'].map((data) => ({ type: 'A', name: 'several.test', data })),
  },
  'empty.test': { answers: [] },
  'refused.test': { rcode: REFUSED },
  'broken.test': { rcode: SERVFAIL },
  'silent.test': { silent: true },
};

let socket: Socket;
let server: NameServer;
let asked = 0;

beforeAll(async () => {
  socket = createSocket('udp4');
  socket.on('message', (message, peer) => {
    const query = decode(message);
    const entry = zone[query.questions![0]!.name.toLowerCase()] ?? { rcode: NXDOMAIN };
    asked += 1;
    if (entry.silent) return;
    const flags = 0x0180 | (entry.rcode ?? 0);
    const reply = encode({
      type: 'response',
      id: query.id!,
      flags,
      questions: query.questions!,
      answers: entry.answers ?? [],
    });
    socket.send(reply, peer.port, peer.address);
  });
  await new Promise<void>((resolve) => void socket.bind(0, '127.0.0.1', resolve));
  server = { address: '127.0.0.1', port: socket.address().port };
});
afterAll(() => new Promise<void>((resolve) => void socket.close(resolve)));

const resolve4 = (name: string, options: { timeoutMs?: number; signal?: AbortSignal; own?: boolean } = {}) =>
  createDnsClient({ nameservers: options.own ? [server] : [], privateRanges: [] }).resolve4(name, {
    nameservers: options.own ? [] : [server],
    timeoutMs: options.timeoutMs ?? 1000,
    signal: options.signal ?? new AbortController().signal,
  });

describe('name resolution', () => {
  test.each([
    ['an address', 'private.test', { kind: 'addresses', addresses: ['10.1.2.3'] }],
    ['an alias, followed', 'alias.test', { kind: 'addresses', addresses: ['10.1.2.3'] }],
    ['several addresses', 'several.test', { kind: 'addresses', addresses: ['10.0.0.1', '10.0.0.2'] }],
    ['a name that does not exist', 'unknown.test', { kind: 'nxdomain' }],
    ['a name without addresses', 'empty.test', { kind: 'nodata' }],
    ['a server that refuses', 'refused.test', { kind: 'failed', code: 'REFUSED' }],
    ['a server that fails', 'broken.test', { kind: 'failed', code: 'SERVFAIL' }],
  ])('%s', async (_name, host, expected) => {
    const answer = await resolve4(host);
    expect(answer.kind === 'addresses' ? { ...answer, addresses: answer.addresses.toSorted() } : answer).toEqual(
      expected,
    );
  });

  test('a silent server is a time-out, after one attempt', async () => {
    const before = asked;
    expect(await resolve4('silent.test', { timeoutMs: 100 })).toEqual({ kind: 'timeout' });
    expect(asked - before).toBe(1);
  });

  test('asks the operator’s own resolver when none is named, and asks anew each time', async () => {
    const before = asked;
    expect((await resolve4('private.test', { own: true })).kind).toBe('addresses');
    expect((await resolve4('private.test', { own: true })).kind).toBe('addresses');
    expect(asked - before).toBe(2);
  });

  test('ends with the pass', async () => {
    const controller = new AbortController();
    const answer = resolve4('silent.test', { timeoutMs: 10_000, signal: controller.signal });
    controller.abort(new Error('pass over'));
    await expect(answer).rejects.toThrow('pass over');
  });
});

describe('private addresses', () => {
  const client = createDnsClient({ nameservers: [], privateRanges: ['203.0.113.0/24'] });
  test.each([
    ['10.255.0.1', true],
    ['172.31.255.255', true],
    ['172.32.0.1', false],
    ['192.168.1.1', true],
    ['100.64.0.1', true],
    ['100.128.0.1', false],
    ['203.0.113.9', true],
    ['20.1.2.3', false],
    ['::ffff:10.0.0.1', true],
    ['2603::1', false],
    ['not an address', false],
    ['', false],
  ])('%s: %s', (address, expected) => {
    expect(client.isPrivate(address)).toBe(expected);
  });
});

describe('lookups of sockets', () => {
  const lookup = (host: string, all: boolean) =>
    new Promise((resolve, reject) => {
      lookupThrough([server])!(host, { all }, (error, address, family) =>
        error ? reject(error) : resolve({ address, family }),
      );
    });

  test('ask the configured name servers', async () => {
    expect(await lookup('private.test', false)).toEqual({ address: '10.1.2.3', family: 4 });
    expect(await lookup('private.test', true)).toMatchObject({ address: [{ address: '10.1.2.3', family: 4 }] });
    expect(await lookup('127.0.0.1', false)).toEqual({ address: '127.0.0.1', family: 4 });
    await expect(lookup('unknown.test', false)).rejects.toMatchObject({ code: 'ENOTFOUND' });
  });

  test('are left to the system without any', () => {
    expect(lookupThrough([])).toBeUndefined();
  });
});

describe('host names of a workspace', () => {
  test('are the five of the documentation', () => {
    const label = 'cfafbeb180374d0c896ea46fb27ff227.zcf';
    expect(workspaceHosts(WORKSPACE.toUpperCase())).toEqual([
      { member: 'workspace-api', host: `${label}.w.api.fabric.microsoft.com`, recordName: `${label}.w.api` },
      { member: 'workspace-compute', host: `${label}.c.fabric.microsoft.com`, recordName: `${label}.c` },
      { member: 'workspace-ols', host: `${label}.onelake.fabric.microsoft.com`, recordName: `${label}.onelake` },
      { member: 'workspace-dfs', host: `${label}.dfs.fabric.microsoft.com`, recordName: `${label}.dfs` },
      { member: 'workspace-blob', host: `${label}.blob.fabric.microsoft.com`, recordName: `${label}.blob` },
    ]);
    expect(workspaceApiHost(WORKSPACE)).toBe(`${label}.w.api.fabric.microsoft.com`);
  });

  test('have one record name, in public and in private form', () => {
    for (const fqdn of ['A.zcf.c.fabric.microsoft.com', 'a.zcf.c.privatelink.fabric.microsoft.com.']) {
      expect(recordNameOf(fqdn)).toBe('a.zcf.c');
    }
    expect(recordNameOf('example.com')).toBeUndefined();
  });
});
