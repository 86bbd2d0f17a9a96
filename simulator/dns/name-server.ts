import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

import {
  type Answer,
  AUTHORITATIVE_ANSWER,
  decode,
  encode,
  type Packet,
  type Question,
  RECURSION_AVAILABLE,
} from 'dns-packet';

import type { Resolution } from './resolve.ts';

export type NameServer = {
  address: string;
  port: number;
  /** Keeps listening but answers nothing: what a broken network looks like. */
  silent: boolean;
  /** Answers every question with this code. */
  failing: FailureCode | undefined;
  close(): Promise<void>;
};

export type FailureCode = 'SERVFAIL' | 'REFUSED';

/** How often a free TCP port may turn out to be taken for UDP. */
const PORT_TRIES = 5;

/** A name server on UDP and TCP at the same port; port 0 takes a free one. Rejects when the port is taken. */
export async function startNameServer(
  at: { address: string; port: number },
  ask: (name: string) => Resolution,
): Promise<NameServer> {
  const connections = new Set<Socket>();
  const tcp = createServer((socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
    socket.on('error', () => socket.destroy());
    answerStream(socket, (query) => (server.silent ? undefined : reply(query, ask, server.failing)));
  });
  const udp = await bindBoth(tcp, at);
  udp.on('message', (message, peer) => {
    const answer = server.silent ? undefined : reply(message, ask, server.failing);
    if (answer) udp.send(answer, peer.port, peer.address);
  });
  const server: NameServer = {
    address: at.address,
    port: udp.address().port,
    silent: false,
    failing: undefined,
    async close() {
      for (const connection of connections) connection.destroy();
      await Promise.all([closed(tcp), new Promise<void>((done) => udp.close(done))]);
    },
  };
  return server;
}

const closed = (listener: Server) => new Promise<void>((done) => listener.close(() => done()));

/** Leaves nothing listening when it rejects. */
async function bindBoth(tcp: Server, at: { address: string; port: number }): Promise<UdpSocket> {
  for (let attempt = 1; ; attempt++) {
    const port = await new Promise<number>((resolve, reject) => {
      tcp.once('error', reject);
      tcp.listen(at.port, at.address, () => resolve((tcp.address() as AddressInfo).port));
    });
    const udp = createSocket('udp4');
    try {
      await new Promise<void>((resolve, reject) => {
        udp.once('error', reject);
        udp.bind(port, at.address, resolve);
      });
      return udp;
    } catch (error) {
      await closed(tcp);
      if (at.port !== 0 || attempt === PORT_TRIES) throw error;
    }
  }
}

/** TCP carries each message behind its length in two bytes. */
function answerStream(socket: Socket, answerTo: (query: Buffer) => Buffer | undefined): void {
  let received = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
      const end = 2 + received.readUInt16BE(0);
      const answer = answerTo(received.subarray(2, end));
      received = received.subarray(end);
      if (!answer) continue;
      const length = Buffer.alloc(2);
      length.writeUInt16BE(answer.length);
      socket.write(Buffer.concat([length, answer]));
    }
  });
}

const RESPONSE_CODE = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5 } as const;

/** Undefined for what is no DNS query: nobody is there to be told. */
function reply(
  message: Buffer,
  ask: (name: string) => Resolution,
  failing: FailureCode | undefined,
): Buffer | undefined {
  let query: Packet;
  try {
    query = decode(message);
  } catch {
    return undefined;
  }
  const [question] = query.questions ?? [];
  if (query.type !== 'query') return undefined;
  const flags = AUTHORITATIVE_ANSWER | RECURSION_AVAILABLE | ((query.flags ?? 0) & 0x01_00);
  const base = { id: query.id ?? 0, type: 'response' as const, questions: query.questions ?? [] };
  if (!question) return encode({ ...base, flags: flags | RESPONSE_CODE.FORMERR });
  const opcode = ((query.flags ?? 0) >> 11) & 0xf;
  if (opcode !== 0) return encode({ ...base, flags: flags | RESPONSE_CODE.NOTIMP });
  if (failing) return encode({ ...base, flags: flags | RESPONSE_CODE[failing] });
  const resolution = asType(ask(question.name), question);
  const answers = resolution.records.map(toAnswer);
  const empty = !answers.some(({ type }) => type === 'A' || type === question.type);
  const soa = resolution.soa ?? { zone: 'fabric.microsoft.com', minimumSeconds: 60 };
  return encode({
    ...base,
    flags: flags | RESPONSE_CODE[resolution.code],
    answers,
    ...(empty && { authorities: [toSoa(soa)] }),
  });
}

/** An alias is followed for every type but its own, and then the answer says nothing about what it leads to (RFC 1034, 3.6.2). */
function asType(resolution: Resolution, { name, type }: Question): Resolution {
  if (type === 'A') return resolution;
  const aliases = resolution.records.filter((record) => record.type === 'CNAME');
  if (type !== 'CNAME') return { ...resolution, records: aliases };
  const own = aliases.filter((record) => record.name === name.toLowerCase());
  return own.length > 0 ? { code: 'NOERROR', records: own } : { ...resolution, records: [] };
}

function toAnswer(record: Resolution['records'][number]): Answer {
  const base = { name: record.name, ttl: record.ttl, class: 'IN' as const };
  return record.type === 'A'
    ? { ...base, type: 'A', data: record.address }
    : { ...base, type: 'CNAME', data: record.target };
}

/** Tells caches how long they may believe that there is nothing. */
function toSoa({ zone, minimumSeconds }: { zone: string; minimumSeconds: number }): Answer {
  return {
    type: 'SOA',
    name: zone,
    ttl: minimumSeconds,
    class: 'IN',
    data: {
      mname: 'azureprivatedns.net',
      rname: 'azureprivatedns-host.microsoft.com',
      serial: 1,
      refresh: 3600,
      retry: 300,
      expire: 2_419_200,
      minimum: minimumSeconds,
    },
  };
}
