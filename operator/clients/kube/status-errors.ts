import { OperatorError, type OperatorErrorInit } from '../../errors.ts';
import type { HttpResponse } from '../http.ts';

/** What was tried, in the words of RBAC. */
export type Attempt = {
  verb: 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete';
  /** `plural.group`, with `/status` where the subresource is meant. */
  resource: string;
  namespace?: string;
  name?: string;
};

/** The parts of metav1.Status that we use. */
type StatusBody = {
  reason?: string;
  message?: string;
  code?: number;
  details?: { retryAfterSeconds?: number; causes?: { reason?: string }[] };
};

/** Sorts an answer of the API server that is not a success. See metav1.Status and the API conventions on HTTP codes. */
export function errorFromStatus(
  attempt: Attempt,
  answer: Pick<HttpResponse, 'status' | 'headers' | 'body'>,
): OperatorError {
  const body = parseStatus(answer.body);
  return new OperatorError({
    ...sort(attempt, answer, body),
    status: answer.status,
    ...(body?.reason && { code: body.reason }),
    ...retryAfter(answer, body),
  });
}

/** An answer that should have been JSON and is not: a proxy's page, a cut body. */
export function unreadable(attempt: Attempt, status: number, cause: unknown): OperatorError {
  return new OperatorError({
    disposition: 'transient',
    reason: 'UnreadableAnswer',
    message: `cannot ${inWords(attempt)}: the answer is not JSON`,
    status,
    cause,
  });
}

function sort(
  attempt: Attempt,
  answer: Pick<HttpResponse, 'status'>,
  body: StatusBody | undefined,
): Pick<OperatorErrorInit, 'disposition' | 'reason' | 'message' | 'remedy'> {
  const what = `cannot ${inWords(attempt)}`;
  if (hasCause(body, 'ResourceVersionTooLarge')) {
    return {
      disposition: 'transient',
      reason: 'VersionTooLarge',
      message: `${what}: the server does not know that version yet, or no longer`,
    };
  }
  const said = body?.message ? `: ${body.message}` : '';
  switch (answer.status) {
    case 401:
      return {
        disposition: 'blocked',
        reason: 'KubernetesUnauthorized',
        message: `${what}: the API server does not accept our credentials`,
        remedy: "Check the operator's service account token or kubeconfig.",
      };
    case 403:
      return hasCause(body, 'NamespaceTerminating')
        ? {
            disposition: 'blocked',
            reason: 'NamespaceTerminating',
            message: `${what}: the namespace is being deleted`,
          }
        : {
            disposition: 'blocked',
            reason: 'KubernetesForbidden',
            message: `${what}${said}`,
            remedy: `Grant verb "${attempt.verb}" on ${attempt.resource}${scope(attempt)} to the operator's service account.`,
          };
    case 404:
      // The object went away between our reading it and this call: the next pass sees that.
      return { disposition: 'conflict', reason: 'NotFound', message: `${what}: not found` };
    case 409:
      return {
        disposition: 'conflict',
        reason: body?.reason ?? 'Conflict',
        message: `${what}: ${body?.reason ?? 'Conflict'}`,
      };
    case 410:
      return { disposition: 'transient', reason: 'Expired', message: `${what}: the version asked for is too old` };
    case 429:
      return { disposition: 'throttled', reason: 'KubernetesThrottled', message: `${what}: too many requests` };
    case 400:
    case 405:
    case 406:
    case 415:
    case 422:
      return { disposition: 'bug', reason: body?.reason ?? 'Invalid', message: `${what}${said}` };
    default:
      return {
        disposition: answer.status >= 500 || answer.status === 408 ? 'transient' : 'bug',
        reason: body?.reason ?? 'KubernetesUnavailable',
        message: `${what}: HTTP ${answer.status}`,
      };
  }
}

function hasCause(body: StatusBody | undefined, reason: string): boolean {
  return body?.details?.causes?.some((cause) => cause.reason === reason) ?? false;
}

function retryAfter(answer: Pick<HttpResponse, 'headers'>, body: StatusBody | undefined): { retryAfterMs?: number } {
  const seconds = Number(answer.headers['retry-after'] ?? body?.details?.retryAfterSeconds ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? { retryAfterMs: seconds * 1000 } : {};
}

function parseStatus(text: string): StatusBody | undefined {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function inWords({ verb, resource, namespace, name }: Attempt): string {
  const object = name === undefined ? '' : ` "${namespace ? `${namespace}/` : ''}${name}"`;
  return `${verb} ${resource}${object}`;
}

function scope({ namespace }: Attempt): string {
  return namespace ? ` in namespace "${namespace}"` : '';
}
