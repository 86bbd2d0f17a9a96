import type { CallOptions } from '../call.ts';
import { isObject } from '../error-body.ts';
import { jsonOf, rebase } from '../exchange.ts';
import type { HttpResponse } from '../http.ts';
import { armQuotas } from '../quotas.ts';
import { objectAt, objectsAt, textAt } from '../raw.ts';
import { stableText } from '../stable-text.ts';
import type { ArmContext } from './context.ts';

export type OperationFailure = { code: string; message: string };

type Known = { url: string; failure?: OperationFailure };

/** Operations are kept by ARM for hours; nobody asks about more of them than there are endpoints. */
const MOST_OPERATIONS = 10_000;

/**
 * Why a long-running operation failed. The resource itself only says `Failed`; the reason is where the answer to our
 * write pointed. A hint: after a restart it is gone, and nothing but a message depends on it.
 */
export function createOperationFailures(context: ArmContext) {
  const operations = new Map<string, Known>();
  return {
    /** The answer to a write of `key` began an operation. */
    began(key: string, response: HttpResponse): void {
      const url = response.headers['azure-asyncoperation'];
      if (url === undefined) return;
      if (operations.size >= MOST_OPERATIONS) operations.clear();
      operations.set(key, { url });
    },
    /** Undefined when the operation is not known (any more) or says nothing. Never throws: the fact itself is known already. */
    async reason(key: string, subscriptionId: string, call: CallOptions): Promise<OperationFailure | undefined> {
      const known = operations.get(key);
      if (!known || known.failure) return known?.failure;
      const what = 'read why an operation failed';
      try {
        const response = await context.exchange(
          {
            service: 'arm',
            operation: 'operations.get',
            what,
            method: 'GET',
            url: rebase(known.url, context.armUrl),
            quotas: armQuotas({ method: 'GET', subscriptionId, identity: context.identity, provider: 'network' }),
          },
          call,
        );
        const failure = failureIn(jsonOf(response, what)['error']);
        if (failure) known.failure = failure;
        return failure;
      } catch (error) {
        if (call.signal.aborted) throw error;
        return undefined;
      }
    },
  };
}

function failureIn(error: unknown): OperationFailure | undefined {
  if (!isObject(error)) return undefined;
  // Microsoft.Network keeps the cause in the first detail, when it has one.
  const [detail] = objectsAt(error, 'details');
  const code = textAt(detail, 'code') ?? textAt(error, 'code') ?? textAt(objectAt(error, 'innererror'), 'code');
  const message = textAt(detail, 'message') ?? textAt(error, 'message') ?? '';
  return code === undefined ? undefined : { code, message: stableText(message) };
}
