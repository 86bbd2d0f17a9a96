/**
 * The one seam through which every HTTP byte leaves the operator: Kubernetes, Entra, ARM, Fabric and Graph alike, the
 * Azure SDKs included (through adapters over this interface). Tests put themselves here to crash, cut, count and forbid.
 */
export type Service = 'kubernetes' | 'entra' | 'arm' | 'fabric' | 'graph';

export type HttpRequest = {
  service: Service;
  /** Low-cardinality name for metrics and audit, such as `privateEndpoints.put` or `watch`. */
  operation: string;
  method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE' | 'HEAD';
  /** Asks and changes nothing, although the method is POST. */
  safe?: true;
  url: string;
  headers?: Record<string, string>;
  body?: string;
  /** Whole-call limit in milliseconds, real time. */
  timeoutMs?: number;
  signal?: AbortSignal;
};

export type HttpResponse = {
  status: number;
  /** Lower-case names. */
  headers: Record<string, string>;
  body: string;
  /** The peer address of the socket that carried the answer: the proof of a private path. */
  remoteAddress?: string;
};

export type HttpStream = {
  status: number;
  headers: Record<string, string>;
  /** Decoded text chunks as they arrive. Ends when the server ends the body; throws when the socket breaks. */
  chunks: AsyncIterable<string>;
  /** Destroys the socket. */
  close(): void;
};

/** Any HTTP status is an answer. Only "no answer" throws, as an OperatorError of disposition `transient`. */
export interface Transport {
  send(request: HttpRequest): Promise<HttpResponse>;
  /** For watches: resolves when the headers are in. */
  stream(request: HttpRequest): Promise<HttpStream>;
  close(): Promise<void>;
}
