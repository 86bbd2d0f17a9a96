import type { IncomingHttpHeaders } from 'node:http';
import type { Token } from './entra/types.ts';

export type ServiceName = 'login' | 'arm' | 'fabric' | 'graph' | 'control';

/** One HTTP request as a route sees it. */
export type SimRequest = {
  /** GUID: the request id that the answer carries. */
  id: string;
  service: ServiceName;
  method: string;
  /** Absolute; its host is the Host header. */
  url: URL;
  /** Decoded values of the pattern's `:names`, in the caller's own casing. */
  params: Record<string, string>;
  headers: IncomingHttpHeaders;
  rawBody: string;
  /** Parsed JSON; undefined when there is no body or it is not JSON. */
  body: unknown;
  /** Host header without port, lower case. */
  host: string;
  /** Address on which the socket arrived: 127.0.0.1 is the public front door, anything else a private endpoint's address. */
  localAddress: string;
  /** Who asks; set by the service's own token check before its routes run. */
  token?: Token;
};

export type SimResponse = {
  status: number;
  /** Lower-case names. */
  headers?: Record<string, string>;
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as it is, instead of `body`; the content type is up to `headers`. */
  rawBody?: string;
};

/** Thrown by routes: an answer in the service's own error shape. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly headers: Record<string, string>;
  /** Further members of the service's error object, such as `details`, `moreDetails` or `error_codes`. */
  readonly extra: Record<string, unknown>;

  constructor(
    status: number,
    code: string,
    message: string,
    options: { headers?: Record<string, string>; extra?: Record<string, unknown> } = {},
  ) {
    super(message);
    this.name = 'Refusal';
    this.status = status;
    this.code = code;
    this.headers = options.headers ?? {};
    this.extra = options.extra ?? {};
  }
}
