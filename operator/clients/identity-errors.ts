import { OperatorError } from '../errors.ts';
import { classify, verdictOf } from './classify.ts';
import type { Verdict } from './failure-table.ts';
import type { HttpResponse } from './http.ts';
import { TokenRequestFailure } from './identity-types.ts';
import { retryAfterMs } from './retry-after.ts';
import { stableText } from './stable-text.ts';

/**
 * What a failed token request means. The identity library wraps everything, from a wrong secret to a cut socket, in
 * `AuthenticationRequiredError`: only `cause` tells them apart (MSAL's ServerError with errorNo and status), and for an
 * unknown tenant, which already fails the discovery, only Entra's own answer does. The library's error is not kept as
 * cause: it may quote requests.
 */
export function identityError(
  thrown: unknown,
  who: { tenantId: string; clientId: string },
  nowMs: number,
): OperatorError {
  const what = `get a token for client ${who.clientId} in tenant ${who.tenantId}`;
  const chain = causes(thrown);
  const failure = thrown instanceof TokenRequestFailure ? thrown : undefined;
  if (failure?.noAnswer instanceof OperatorError) return noAnswer(what, failure.noAnswer);
  const answer = failure?.lastAnswer;
  for (const error of chain) {
    const server = serverError(error);
    if (server) return fromServer(what, server, answer, nowMs);
  }
  if (answer && answer.status >= 400) return fromAnswer(what, answer, nowMs);
  const fileError = chain.find((error) => isFileError(error));
  if (fileError) {
    return new OperatorError({
      disposition: 'blocked',
      reason: 'CredentialInvalid',
      message: `cannot ${what}: the federated token file cannot be read (${String((fileError as NodeJS.ErrnoException).code)})`,
      remedy:
        'label the operator’s pod azure.workload.identity/use: "true", or project a service account token and name it in AZURE_FEDERATED_TOKEN_FILE',
    });
  }
  const code = codeOf(chain) ?? 'unreadable_answer';
  return new OperatorError({
    disposition: 'transient',
    reason: 'EntraUnavailable',
    message: `cannot ${what}: Entra’s answer was of no use (${code})`,
    code,
  });
}

function noAnswer(what: string, error: OperatorError): OperatorError {
  return new OperatorError({
    disposition: 'transient',
    reason: 'EntraUnavailable',
    message: `cannot ${what}: Entra did not answer: ${stableText(error.message)}`,
    ...(error.code === undefined ? {} : { code: error.code }),
  });
}

/** The discovery was refused: an unknown tenant, a throttled authority, or a gateway in front of it. */
function fromAnswer(what: string, answer: HttpResponse, nowMs: number): OperatorError {
  const error = classify('entra', what, answer, nowMs);
  const known = error.code === undefined ? undefined : verdictOf('entra', error.code);
  if (known || error.disposition === 'throttled') return error;
  const verdict = verdictFor(error.code ?? '', error.disposition === 'transient' ? undefined : answer.status);
  return new OperatorError({
    ...verdict,
    message: error.message,
    status: answer.status,
    ...(error.code === undefined ? {} : { code: error.code }),
    ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
  });
}

type ServerFailure = { errorCode: string; errorNo: string | undefined; status: number | undefined; text: string };

function fromServer(
  what: string,
  { errorCode, errorNo, status, text }: ServerFailure,
  answer: HttpResponse | undefined,
  nowMs: number,
): OperatorError {
  const code = errorNo ? `AADSTS${errorNo}` : errorCode;
  const asked = answer && retryAfterMs(answer.headers, nowMs);
  return new OperatorError({
    ...verdictFor(code, status),
    message: `cannot ${what}: ${errorNo ? stableText(text) : `${errorCode}${status ? ` (HTTP ${status})` : ''}`}`,
    code,
    ...(status === undefined ? {} : { status }),
    ...(asked === undefined ? {} : { retryAfterMs: asked }),
  });
}

function verdictFor(code: string, status: number | undefined): Verdict {
  if (status === 429) return { disposition: 'throttled', reason: 'EntraUnavailable' };
  const known = verdictOf('entra', code);
  if (known) return known;
  const entraTrouble = status === undefined || status >= 500;
  return entraTrouble
    ? { disposition: 'transient', reason: 'EntraUnavailable' }
    : { disposition: 'blocked', reason: 'CredentialInvalid' };
}

function serverError(error: unknown): ServerFailure | undefined {
  if (!(error instanceof Error) || error.name !== 'ServerError') return undefined;
  const { errorCode, errorNo, status, errorMessage } = error as Error & {
    errorCode?: string;
    errorNo?: string;
    status?: number;
    errorMessage?: string;
  };
  const wrapped = errorMessage ?? error.message;
  // The library frames Entra's sentence with ids that differ each time.
  const text = /AADSTS\d+:.*?(?= - (?:Correlation|Trace) ID|$)/s.exec(wrapped)?.[0] ?? wrapped;
  return {
    errorCode: errorCode || 'server_error',
    // The number is in the text too, and there even when the library did not lift it out.
    errorNo: errorNo ?? /AADSTS(\d+)/.exec(text)?.[1],
    status,
    text,
  };
}

function causes(thrown: unknown): unknown[] {
  const chain: unknown[] = [];
  for (let error = thrown; error !== undefined && error !== null && chain.length < 10; ) {
    chain.push(error);
    error = (error as { cause?: unknown }).cause;
  }
  return chain;
}

function codeOf(chain: readonly unknown[]): string | undefined {
  for (const error of chain) {
    const code = (error as { errorCode?: unknown }).errorCode;
    if (typeof code === 'string' && code !== '') return code;
  }
  return undefined;
}

function isFileError(error: unknown): boolean {
  const { code, syscall } = error as NodeJS.ErrnoException;
  return typeof syscall === 'string' && ['ENOENT', 'EACCES', 'EISDIR', 'EPERM'].includes(code ?? '');
}
