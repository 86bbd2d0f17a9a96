import type { Clock } from '../../clock.ts';
import { OperatorError } from '../../errors.ts';
import { orAbsent, verdictOf } from '../classify.ts';
import { jsonOf } from '../exchange.ts';
import type { HttpResponse } from '../http.ts';
import { objectAt, textAt } from '../raw.ts';
import { retryAfterMs } from '../retry-after.ts';
import { stableText } from '../stable-text.ts';
import type { FabricCall, FabricRest } from './rest.ts';

const POLL_MS = 20_000;
const LONGEST_MS = 600_000;
const MOST_OPERATIONS = 1_000;

type Operation = { url: string; begunAtMs: number; notBeforeMs: number };

/**
 * A creation should answer 200 at once; should it answer 202 all the same (section 3.3), this follows it from call to
 * call. A hint: after a restart the creation is asked for again, which is taken for the same mapping.
 */
export function createMappingOperations(clock: Clock, rest: FabricRest) {
  const operations = new Map<string, Operation>();

  const wait = (operation: Operation, response: HttpResponse, what: string): OperatorError => {
    const pollMs = retryAfterMs(response.headers, clock.now()) ?? clock.scaled(POLL_MS);
    operation.notBeforeMs = clock.now() + pollMs;
    return inProgress(what, pollMs);
  };

  return {
    under: (key: string) => operations.has(key),

    /** The answer as it is, or `transient` while an operation is to bring it. Without an address nothing can be followed. */
    begun(key: string, response: HttpResponse, { what }: FabricCall): HttpResponse {
      const { location, 'x-ms-operation-id': id } = response.headers;
      const url = location ?? (id === undefined ? undefined : `/v1/operations/${encodeURIComponent(id)}`);
      if (response.status !== 202 || url === undefined) return response;
      if (operations.size >= MOST_OPERATIONS) operations.clear();
      const operation = { url, begunAtMs: clock.now(), notBeforeMs: 0 };
      operations.set(key, operation);
      throw wait(operation, response, what);
    },

    /** One look at what is under way for this guest; `undefined` when nothing is. */
    async follow(key: string, { what, call }: FabricCall): Promise<HttpResponse | undefined> {
      const operation = operations.get(key);
      if (!operation) return undefined;
      if (clock.now() < operation.notBeforeMs) throw inProgress(what, operation.notBeforeMs - clock.now());
      if (clock.now() - operation.begunAtMs > clock.scaled(LONGEST_MS)) {
        operations.delete(key);
        return undefined;
      }
      const response = await orAbsent(rest.follow(operation.url, { operation: 'operations.get', what, call }));
      // Operations are forgotten after a while: that says nothing about the mapping, which is asked for again.
      if (!response) {
        operations.delete(key);
        return undefined;
      }
      const body = jsonOf(response, what);
      const status = textAt(body, 'status');
      if (status !== 'Succeeded' && status !== 'Failed') throw wait(operation, response, what);
      operations.delete(key);
      if (status === 'Failed') throw failed(what, objectAt(body, 'error'));
      return { ...response, body: '' };
    },
  };
}

function inProgress(what: string, retryAfterMs: number): OperatorError {
  return new OperatorError({
    disposition: 'transient',
    reason: 'OperationInProgress',
    message: `cannot ${what} yet: Fabric is at it`,
    retryAfterMs,
  });
}

/** With the status that the request itself would have had, so that it is judged alike. */
function failed(what: string, error: Record<string, unknown>): OperatorError {
  const code = textAt(error, 'errorCode');
  const text = stableText(textAt(error, 'message') ?? '');
  const verdict = (code && verdictOf('fabric', code)) || { disposition: 'transient', reason: 'ServiceFailure' };
  return new OperatorError({
    disposition: verdict.disposition,
    reason: verdict.reason,
    message: `cannot ${what}: ${[code, text].filter(Boolean).join(': ') || 'the operation failed'}`,
    ...(verdict.disposition === 'transient' ? {} : { status: 400 }),
    ...(code === undefined ? {} : { code }),
  });
}
