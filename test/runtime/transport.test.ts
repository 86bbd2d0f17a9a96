import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { AddressInfo, LookupFunction } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { HttpRequest } from '../../operator/clients/http.ts';
import type { CountingTransport } from '../../operator/clients/in-flight.ts';
import { type CallRecord, createTransport } from '../../operator/clients/transport.ts';
import { OperatorError } from '../../operator/errors.ts';
import { createCertificateAuthority } from '../../simulator/tls.ts';
import { eventually } from '../support/virtual-clock.ts';

let server: Server;
let url: string;
let connections = 0;
let calls: CallRecord[] = [];
let transport: CountingTransport;

type Page = (request: IncomingMessage, response: ServerResponse) => void;

const plain: Page = (request, response) => {
  const status = request.url === '/500' ? 500 : 200;
  response.writeHead(status, { 'X-Echo': request.method }).end(`got ${request.url}`);
};

const pages: Record<string, Page> = {
  '/hang': () => {},
  '/reset': (request) => request.socket.destroy(),
  '/half': (request, response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('half');
    setTimeout(() => request.socket.destroy(), 5);
  },
  '/stream': (_, response) => {
    response.writeHead(200);
    // The euro sign, cut in two.
    response.write(Buffer.from([0xe2, 0x82]));
    setTimeout(() => response.end(Buffer.from([0xac, 0x0a])), 5);
  },
  '/stay': (_, response) => {
    response.writeHead(200);
    response.write('first\n');
  },
  '/late': (_, response) => {
    response.writeHead(200);
    response.write('first ');
    setTimeout(() => response.end('last'), 60);
  },
  '/moved': (_, response) => void response.writeHead(302, { location: '/' }).end(),
};

beforeEach(async () => {
  connections = 0;
  calls = [];
  server = createServer((request, response) => {
    const page = pages[request.url ?? '/'] ?? plain;
    page(request, response);
  });
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  transport = createTransport({ onCall: (call) => calls.push(call) });
});
afterEach(async () => {
  await transport.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const get = (path: string, more: Partial<HttpRequest> = {}): HttpRequest => ({
  service: 'kubernetes',
  operation: 'test.get',
  method: 'GET',
  url: url + path,
  ...more,
});

async function failure(promise: Promise<unknown>): Promise<OperatorError> {
  const thrown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(OperatorError);
  return thrown as OperatorError;
}

describe('the shared transport', () => {
  test('carries a thousand calls over at most four connections', async () => {
    const answers = await Promise.all(Array.from({ length: 1000 }, (_, index) => transport.send(get(`/${index}`))));
    expect(answers.map(({ body }) => body)).toEqual(Array.from({ length: 1000 }, (_, index) => `got /${index}`));
    expect(connections).toBeLessThanOrEqual(4);
  });

  test('keeps watches on connections of their own, so that they stand in nobody’s way', async () => {
    const streams = await Promise.all(Array.from({ length: 6 }, () => transport.stream(get('/stay'))));
    expect((await transport.send(get('/'))).status).toBe(200);
    expect(transport.inFlight()).toBe(0);
    for (const stream of streams) stream.close();
  });

  test('says which address answered', async () => {
    expect((await transport.send(get('/'))).remoteAddress).toBe('127.0.0.1');
  });

  test('hands on any HTTP status as an answer, redirects included, with lower-case header names', async () => {
    expect(await transport.send(get('/500'))).toMatchObject({ status: 500, headers: { 'x-echo': 'GET' } });
    expect(await transport.send(get('/moved'))).toMatchObject({ status: 302, headers: { location: '/' } });
  });

  test.each([
    ['/reset', 'NoAnswer'],
    ['/half', 'NoAnswer'],
    ['/hang', 'CallTimedOut'],
  ])('makes %s a transient error', async (path, reason) => {
    const error = await failure(transport.send(get(path, { timeoutMs: 50 })));
    expect(error).toMatchObject({ disposition: 'transient', reason });
    expect(error.message).toContain('test.get');
    expect(transport.inFlight()).toBe(0);
  });

  test('says the same words for the same failure, whatever port was used', async () => {
    const [one, other] = [await failure(transport.send(get('/reset'))), await failure(transport.send(get('/reset')))];
    expect(one.message).toBe(other.message);
  });

  test('counts what is unanswered, and gives up at once when its caller does', async () => {
    const controller = new AbortController();
    const pending = failure(transport.send(get('/hang', { signal: controller.signal })));
    expect(transport.inFlight()).toBe(1);
    controller.abort(new Error('enough'));
    expect(await pending).toMatchObject({ disposition: 'transient', reason: 'CallAborted' });
    expect(transport.inFlight()).toBe(0);
  });

  test('sends nothing for a caller that has given up already', async () => {
    const error = await failure(transport.send(get('/', { signal: AbortSignal.abort(new Error('enough')) })));
    expect(error.reason).toBe('CallAborted');
    expect(connections).toBe(0);
  });

  test('decodes characters that are cut in two by chunks', async () => {
    const stream = await transport.stream(get('/stream'));
    let text = '';
    for await (const chunk of stream.chunks) text += chunk;
    expect(text).toBe('€\n');
  });

  test('limits the time to a stream’s headers, not its life', async () => {
    const stream = await transport.stream(get('/late', { timeoutMs: 30 }));
    let text = '';
    for await (const chunk of stream.chunks) text += chunk;
    expect(text).toBe('first last');
  });

  test('ends a stream that its reader closes, without an error nobody can catch', async () => {
    const stream = await transport.stream(get('/stay'));
    const read: string[] = [];
    await failure(
      (async () => {
        for await (const chunk of stream.chunks) {
          read.push(chunk);
          stream.close();
        }
      })(),
    );
    expect(read).toEqual(['first\n']);
  });

  test('records every call, the unanswered ones without a status', async () => {
    await transport.send(get('/'));
    await failure(transport.send(get('/reset')));
    await eventually(() => calls.length === 2, 'two records');
    expect(calls.map(({ status, operation, method }) => ({ status, operation, method }))).toEqual([
      { status: 200, operation: 'test.get', method: 'GET' },
      { status: undefined, operation: 'test.get', method: 'GET' },
    ]);
  });
});

describe('connections', () => {
  let secure: TlsServer;
  let port: number;
  let presented: (string | undefined)[];

  beforeEach(async () => {
    presented = [];
    const authority = await createCertificateAuthority();
    const issued = await authority.issue(['private.example']);
    ca = authority.pem;
    secure = createTlsServer({ key: issued.key, cert: issued.cert }, (request, response) => {
      presented.push(request.headers.host);
      response.writeHead(200, { connection: 'close' }).end('secret');
    });
    await new Promise<void>((resolve) => secure.listen(0, '127.0.0.1', resolve));
    port = (secure.address() as AddressInfo).port;
  });
  afterEach(async () => {
    secure.closeAllConnections();
    await new Promise((resolve) => secure.close(resolve));
  });

  let ca: string;
  const lookup: LookupFunction = (_, options, callback) => {
    if (options.all) callback(null, [{ address: '127.0.0.1', family: 4 }]);
    else callback(null, '127.0.0.1', 4);
  };
  const ask = (own: CountingTransport) =>
    own.send({ service: 'fabric', operation: 'probe', method: 'GET', url: `https://private.example:${port}/` });

  test('resolve by the lookup of their service, and trust the authority of their service', async () => {
    const own = createTransport({ lookup: { fabric: lookup }, tls: { fabric: () => ({ ca }) } });
    expect(await ask(own)).toMatchObject({ status: 200, body: 'secret', remoteAddress: '127.0.0.1' });
    expect(presented).toEqual([`private.example:${port}`]);
    await own.close();
  });

  test('trust nobody else', async () => {
    const own = createTransport({ lookup: { fabric: lookup } });
    expect(await failure(ask(own))).toMatchObject({
      disposition: 'transient',
      reason: 'NoAnswer',
      message: expect.stringContaining('NODE_EXTRA_CA_CERTS'),
    });
    expect(presented).toEqual([]);
    await own.close();
  });

  test('pick up a new authority without a restart', async () => {
    let tls: { ca: string } | undefined;
    const own = createTransport({ lookup: { fabric: lookup }, tls: { fabric: () => tls } });
    await failure(ask(own));
    tls = { ca };
    expect((await ask(own)).status).toBe(200);
    await own.close();
  });

  test('do not go on with what was valid once when the new certificate cannot be read', async () => {
    let tls: { ca: string; cert?: string; key?: string } = { ca };
    const own = createTransport({ lookup: { fabric: lookup }, tls: { fabric: () => tls } });
    expect((await ask(own)).status).toBe(200);
    tls = { ca, cert: 'half of a file', key: 'half of a file' };
    await failure(ask(own));
    await failure(ask(own));
    expect(presented).toHaveLength(1);
    tls = { ca };
    expect((await ask(own)).status).toBe(200);
    await own.close();
  });
});
