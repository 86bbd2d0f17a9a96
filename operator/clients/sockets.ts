import type { LookupFunction } from 'node:net';
import { createSecureContext } from 'node:tls';
import { Agent, buildConnector, Client, type Dispatcher, Pool } from 'undici';

/** TLS as one service needs it; certificates and keys as PEM text. */
export type TlsOptions = {
  ca?: string;
  cert?: string;
  key?: string;
  serverName?: string;
  /** True only where a kubeconfig says insecure-skip-tls-verify. */
  insecureSkipVerify?: boolean;
};

export type SocketOptions = {
  /** Most connections kept to one origin. */
  connections: number;
  /** Asked at each new connection, so that a rotated certificate is picked up; the same object means "no change". */
  tls: () => TlsOptions | undefined;
  lookup?: LookupFunction;
  connectTimeoutMs: number;
};

/** The connection that a client has now. */
type Carrier = { remoteAddress?: string | undefined };

/** Travels with a request as undici's `opaque` and comes back knowing which connection carried the answer. */
export class Witness {
  carrier: Carrier | undefined;

  remoteAddress(): string | undefined {
    return this.carrier?.remoteAddress;
  }
}

/** One connection, one request at a time: the socket at hand when headers arrive is the one that carried them. */
class WitnessedClient extends Client {
  readonly #carrier: Carrier;

  constructor(origin: URL, options: Client.Options, connect: buildConnector.connector) {
    const carrier: Carrier = {};
    const witnessed: buildConnector.connector = (target, callback) =>
      connect(target, (...[error, socket]) => {
        if (error) return callback(error, null);
        // Noted now: a socket that the server closes after its answer no longer knows its peer.
        carrier.remoteAddress = socket.remoteAddress;
        return callback(null, socket);
      });
    super(origin, { ...options, connect: witnessed });
    this.#carrier = carrier;
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    const { opaque } = options as { opaque?: unknown };
    if (opaque instanceof Witness) opaque.carrier = this.#carrier;
    return super.dispatch(options, handler);
  }
}

/**
 * A pool per origin. HTTP/2 is off on purpose: one broken session would take every call with it, and "which socket
 * answered" (the proof of a private path) would mean less.
 */
export function createSockets(options: SocketOptions): Agent {
  const connect = connectorOf(options);
  return new Agent({
    connections: options.connections,
    allowH2: false,
    pipelining: 1,
    // Load balancers in front of API servers commonly drop silent connections after a minute.
    keepAliveTimeout: 30_000,
    keepAliveMaxTimeout: 55_000,
    // Whole-call limits are kept by the transport, and a watch may be silent for as long as its reader allows.
    headersTimeout: 0,
    bodyTimeout: 0,
    factory: (origin, poolOptions) =>
      new Pool(origin, {
        ...(poolOptions as Pool.Options),
        factory: (target, clientOptions) => new WitnessedClient(target, clientOptions, connect),
      }),
  });
}

/** A connector that is rebuilt when `tls()` answers with something new; until then authorities and keys are read once. */
function connectorOf({ tls, lookup, connectTimeoutMs }: SocketOptions): buildConnector.connector {
  let current: TlsOptions | undefined;
  let connector: buildConnector.connector | undefined;
  return (target, callback) => {
    const wanted = tls();
    if (!connector || wanted !== current) {
      connector = buildConnector({
        allowH2: false,
        timeout: connectTimeoutMs,
        ...(lookup && { lookup }),
        secureContext: createSecureContext({
          ...(wanted?.ca && { ca: wanted.ca }),
          ...(wanted?.cert && { cert: wanted.cert }),
          ...(wanted?.key && { key: wanted.key }),
        }),
        ...(wanted?.serverName && { servername: wanted.serverName }),
        ...(wanted?.insecureSkipVerify && { rejectUnauthorized: false }),
      });
      // Not before: what cannot be read fails each connection, and none goes on with what was valid once.
      current = wanted;
    }
    connector(target, callback);
  };
}
