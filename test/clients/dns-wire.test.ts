import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { createServer, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Answer, decode, encode, type Packet } from 'dns-packet';
import { createDnsClient } from '../../operator/clients/dns.ts';

/** What name servers may send, out of malice or by accident: no answer of theirs may be taken for another. */

const NXDOMAIN = 3;
const TRUNCATED = 0x02_00;
const NAME = 'sales.w.api.fabric.test';
const ALIAS = 'sales.w.api.privatelink.fabric.microsoft.com';

type Reaction = (query: Packet, peer: RemoteInfo) => void;

let udp: Socket;
let tcp: Server;
let stranger: Socket;
let asked: string[];
let react: Reaction;
let port: number;

beforeEach(async () => {
  asked = [];
  udp = createSocket('udp4');
  stranger = createSocket('udp4');
  udp.on('message', (message, peer) => {
    const query = decode(message);
    asked.push(query.questions![0]!.type);
    react(query, peer);
  });
  tcp = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (data: Buffer) => {
      const query = decode(data.subarray(2));
      asked.push('TCP');
      const message = encode(answering(query, manyAddresses));
      const length = Buffer.alloc(2);
      length.writeUInt16BE(message.length);
      socket.write(Buffer.concat([length, message]));
    });
  });
  await new Promise<void>((resolve) => void tcp.listen(0, '127.0.0.1', resolve));
  port = (tcp.address() as { port: number }).port;
  await new Promise<void>((resolve) => void udp.bind(port, '127.0.0.1', resolve));
  await new Promise<void>((resolve) => void stranger.bind(0, '127.0.0.2', resolve));
});
afterEach(async () => {
  await Promise.all([udp, stranger, tcp].map((one) => new Promise<void>((resolve) => void one.close(() => resolve()))));
});

const manyAddresses: Answer[] = Array.from({ length: 1_000 }, (_, index) => ({
  type: 'A',
  name: NAME,
  data: `10.0.${index >> 8}.${index & 255}`,
}));

const answering = (query: Packet, answers: readonly Answer[], code = 0): Packet => ({
  type: 'response',
  id: query.id!,
  flags: 0x01_80 | code,
  questions: query.questions!,
  answers: [...answers],
});
const send = (packet: Packet | Buffer, { port, address }: RemoteInfo, from = udp) =>
  from.send(Buffer.isBuffer(packet) ? packet : encode(packet), port, address);
const address = (data: string): Answer => ({ type: 'A', name: NAME, data });
const cname = (name: string, data: string): Answer => ({ type: 'CNAME', name, data });

const ask = (timeoutMs = 200) =>
  createDnsClient({ nameservers: [], privateRanges: [] }).resolve4(NAME, {
    nameservers: [{ address: '127.0.0.1', port }],
    timeoutMs,
    signal: new AbortController().signal,
  });

describe('aliases', () => {
  /** As real servers do: an alias is followed for A, and said alone when it is asked for. */
  const chain =
    (aliases: Record<string, string>, code: number): Reaction =>
    (query, peer) => {
      const [{ name, type }] = query.questions as [{ name: string; type: string }];
      const own = Object.entries(aliases).filter(([alias]) => type !== 'CNAME' || alias === name);
      const answers = own.map(([alias, target]) => cname(alias, target));
      send(answering(query, answers, type === 'CNAME' && answers.length > 0 ? 0 : code), peer);
    };

  test('tell a name that is hidden from one that does not exist', async () => {
    react = chain({ [NAME]: ALIAS }, NXDOMAIN);
    expect(await ask()).toEqual({ kind: 'nxdomain', alias: ALIAS });
    react = chain({}, NXDOMAIN);
    expect(await ask()).toEqual({ kind: 'nxdomain' });
    react = chain({ [NAME]: ALIAS }, 0);
    expect(await ask()).toEqual({ kind: 'nodata', alias: ALIAS });
  });

  test('are followed to the last', async () => {
    react = chain({ [NAME]: 'between.test', 'between.test': ALIAS.toUpperCase() }, NXDOMAIN);
    expect(await ask()).toEqual({ kind: 'nxdomain', alias: ALIAS });
  });

  test('that go in circles end', async () => {
    react = chain({ [NAME]: 'b.test', 'b.test': NAME }, NXDOMAIN);
    expect(await ask()).toMatchObject({ kind: 'nxdomain' });
    expect(asked.length).toBeLessThanOrEqual(5);
  });

  test('that nobody tells are no obstacle, and cost one time-out at most', async () => {
    react = (query, peer) => {
      if (query.questions![0]!.type === 'A') send(answering(query, [], NXDOMAIN), peer);
    };
    const startedAt = performance.now();
    expect(await ask()).toEqual({ kind: 'nxdomain' });
    expect(performance.now() - startedAt).toBeLessThan(1_500);
  });

  test('are not asked for when there is an address', async () => {
    react = (query, peer) => send(answering(query, [address('10.0.0.4')]), peer);
    expect(await ask()).toEqual({ kind: 'addresses', addresses: ['10.0.0.4'] });
    expect(asked).toEqual(['A']);
  });
});

describe('what is no answer', () => {
  const right = (query: Packet) => answering(query, [address('10.0.0.4')]);
  const noise: Record<string, Reaction> = {
    'an answer to another question': (query, peer) =>
      send({ ...answering(query, [address('20.1.1.1')]), id: (query.id! + 1) & 0xffff }, peer),
    'an answer from somebody else': (query, peer) => send(answering(query, [address('20.1.1.1')]), peer, stranger),
    noise: (_, peer) => send(Buffer.from('no packet at all'), peer),
    'an empty packet': (_, peer) => send(Buffer.alloc(0), peer),
    'the question come back': (query, peer) => send({ ...query, type: 'query' }, peer),
    'half a packet': (query, peer) => send(encode(right(query)).subarray(0, 40), peer),
  };

  test.each(Object.entries(noise))('%s gives no address', async (_, reaction) => {
    react = reaction;
    expect(['timeout', 'failed', 'nodata']).toContain((await ask()).kind);
  });

  test.each(['an answer to another question', 'an answer from somebody else'])(
    '%s does not keep out the right one',
    async (kind) => {
      react = (query, peer) => {
        noise[kind]!(query, peer);
        setTimeout(() => send(right(query), peer), 50);
      };
      expect(await ask(1_000)).toEqual({ kind: 'addresses', addresses: ['10.0.0.4'] });
    },
  );
});

test('what is too long for a packet is asked for over TCP, all of it', async () => {
  react = (query, peer) => send({ ...answering(query, []), flags: 0x01_80 | TRUNCATED }, peer);
  const answer = await ask(2_000);
  expect(answer.kind === 'addresses' && answer.addresses.length).toBe(1_000);
  expect(asked).toEqual(['A', 'TCP']);
});

describe('where a socket may be led', () => {
  const within = { timeoutMs: 200, signal: new AbortController().signal };

  test('is asked of the configured name servers, as sockets do', async () => {
    const client = createDnsClient({ nameservers: [{ address: '127.0.0.1', port }], privateRanges: [] });
    react = (query, peer) => send(answering(query, ['10.0.0.4', '20.1.1.1'].map(address)), peer);
    const answer = await client.lookup(NAME, within);
    expect(answer.kind === 'addresses' && answer.addresses.toSorted()).toEqual(['10.0.0.4', '20.1.1.1']);
    react = (query, peer) => send(answering(query, [], NXDOMAIN), peer);
    expect(await client.lookup(NAME, within)).toEqual({ kind: 'nxdomain' });
    expect(client.ownNameservers()).toEqual([`127.0.0.1:${port}`]);
  });

  test('ends in time, and with the pass', async () => {
    const client = createDnsClient({ nameservers: [{ address: '127.0.0.1', port }], privateRanges: [] });
    react = () => undefined;
    expect(await client.lookup(NAME, within)).toEqual({ kind: 'timeout' });
    const controller = new AbortController();
    const answer = client.lookup(NAME, { timeoutMs: 10_000, signal: controller.signal });
    controller.abort(new Error('pass over'));
    await expect(answer).rejects.toThrow('pass over');
  });

  test('is asked of the system without any, in both families', async () => {
    const client = createDnsClient({ nameservers: [], privateRanges: [] });
    expect(await client.lookup('::ffff:10.0.0.4', within)).toEqual({ kind: 'addresses', addresses: ['10.0.0.4'] });
    expect(await client.lookup('2603:1::1', within)).toEqual({ kind: 'addresses', addresses: ['2603:1::1'] });
    expect((await client.lookup('localhost', within)).kind).toBe('addresses');
  });

  test('is said by its usual port or none', () => {
    const nameservers = [
      { address: '10.0.0.10', port: 53 },
      { address: 'fd00::1', port: 54 },
    ];
    expect(createDnsClient({ nameservers, privateRanges: [] }).ownNameservers()).toEqual(['10.0.0.10', '[fd00::1]:54']);
  });
});
