import type { HttpRequest, HttpResponse, Transport } from './http.ts';

/** A transport that knows how many of its calls are unanswered; streams (watches) do not count. */
export type CountingTransport = Transport & { inFlight(): number };

/** Counts calls under way, so that "nothing is going on" can be told from "an answer is still to come". */
export function countInFlight(inner: Transport): CountingTransport {
  let underWay = 0;
  return {
    async send(request: HttpRequest): Promise<HttpResponse> {
      underWay += 1;
      try {
        return await inner.send(request);
      } finally {
        underWay -= 1;
      }
    },
    stream: (request) => inner.stream(request),
    close: () => inner.close(),
    inFlight: () => underWay,
  };
}
