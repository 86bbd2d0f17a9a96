import { OperatorError } from '../errors.ts';
import { type ErrorBody, readErrorBody } from './error-body.ts';
import { FAILURES, type Verdict } from './failure-table.ts';
import type { HttpResponse, Service } from './http.ts';
import { retryAfterMs } from './retry-after.ts';
import { stableText } from './stable-text.ts';

/** A throttled answer without Retry-After: the longest published window. */
const DEFAULT_THROTTLE_MS = 60_000;

type Row = (typeof FAILURES)[number];

const ROWS = new Map<string, Row>();
for (const row of FAILURES) {
  for (const code of row.codes) ROWS.set(`${row.service ?? '*'}/${code.toLowerCase()}`, row);
}

/**
 * Turns an answer that is no success into the error that says what to do next. `what` completes "cannot …", such as
 * `create private endpoint "pe-a" in group "rg-b"`. The same failure always gives the same text.
 */
export function classify(service: Service, what: string, response: HttpResponse, nowMs: number): OperatorError {
  const body = readErrorBody(response);
  const { verdict, code } = judge(service, response.status, body, response.body.trim() === '');
  const asked = retryAfterMs(response.headers, nowMs);
  const retry = verdict.disposition === 'throttled' ? (asked ?? DEFAULT_THROTTLE_MS) : asked;
  return new OperatorError({
    ...verdict,
    message: `cannot ${what}: ${sentence(response, body, code)}`,
    status: response.status,
    ...(code === undefined ? {} : { code }),
    ...(retry === undefined ? {} : { retryAfterMs: retry }),
  });
}

/** The table's row for a code, wherever the code was found. */
export function verdictOf(service: Service, code: string): Verdict | undefined {
  const row = rowOf(service, code);
  return row && strip(row);
}

/** For answers that should have been readable and were not: nothing may be concluded, and repeating is safe. */
export function unreadableAnswer(what: string, status: number): OperatorError {
  return new OperatorError({
    disposition: 'transient',
    reason: 'UnreadableAnswer',
    message: `cannot ${what}: the answer (HTTP ${status}) is not what the service sends; a proxy or gateway may have answered`,
    status,
  });
}

/**
 * A 404 that says that the resource itself is not there. A 404 about the subscription, the provider or the API says
 * nothing about the resource, and neither does one that no JSON body vouches for.
 */
export function saysAbsent(error: unknown): boolean {
  if (!(error instanceof OperatorError) || error.status !== 404 || error.code === undefined) return false;
  return !['SubscriptionNotUsable', 'ProviderNotRegistered', 'ApiNotServed'].includes(error.reason);
}

/** ARM has no If-None-Match for every type: looked at just before the write, and decided anew by the next pass. */
export function madeMeanwhile(what: string): OperatorError {
  return new OperatorError({
    disposition: 'conflict',
    reason: 'ChangedMeanwhile',
    message: `cannot ${what}: somebody else has made it meanwhile`,
  });
}

/** Awaits a read; a 404 that vouches for absence becomes `undefined`. */
export async function orAbsent<T>(read: Promise<T>): Promise<T | undefined> {
  try {
    return await read;
  } catch (error) {
    if (saysAbsent(error)) return undefined;
    throw error;
  }
}

function judge(
  service: Service,
  status: number,
  body: ErrorBody | undefined,
  empty: boolean,
): { verdict: Verdict; code: string | undefined } {
  if (status === 429 || status === 430) {
    return { verdict: { disposition: 'throttled', reason: 'Throttled' }, code: body?.code };
  }
  if (!body) return { verdict: byStatusAlone(service, status, empty), code: undefined };
  const { row, code } = mostTelling(service, body);
  const verdict = row ? strip(row) : byStatus(status);
  // A throttling word without 429 still names no wait that we could count on; Fabric's own word outranks our reading.
  if (body.retriable === true && (verdict.disposition === 'terminal' || verdict.disposition === 'blocked')) {
    return { verdict: { ...verdict, disposition: 'transient' }, code };
  }
  return { verdict, code };
}

/** The outer code if it says something; else the first nested one that does; else whatever the table has. */
function mostTelling(service: Service, body: ErrorBody): { row: Row | undefined; code: string } {
  const codes = [body.code, ...body.nested];
  const known = codes.map((code) => ({ code, row: rowOf(service, code) }));
  const telling = known.find(({ row }) => row && !row.generic) ?? known.find(({ row }) => row);
  return telling ?? { row: undefined, code: body.code };
}

function rowOf(service: Service, code: string): Row | undefined {
  const key = code.toLowerCase();
  return ROWS.get(`${service}/${key}`) ?? ROWS.get(`*/${key}`);
}

function strip(row: Row): Verdict {
  const { disposition, reason, remedy } = row;
  return remedy === undefined ? { disposition, reason } : { disposition, reason, remedy };
}

/** A code that the table does not know: the status says what kind of trouble it is. */
function byStatus(status: number): Verdict {
  if (status === 401) return { disposition: 'blocked', reason: 'CredentialInvalid' };
  if (status === 403) return { disposition: 'blocked', reason: 'Forbidden' };
  if (status === 404 || status === 410) return { disposition: 'blocked', reason: 'NotFound' };
  if (status === 408) return { disposition: 'transient', reason: 'ServiceFailure' };
  if (status === 409) return { disposition: 'blocked', reason: 'Conflict' };
  if (status === 412) return { disposition: 'conflict', reason: 'ChangedMeanwhile' };
  if (status === 423) return { disposition: 'blocked', reason: 'Locked' };
  if (status >= 400 && status < 500) return { disposition: 'terminal', reason: 'InvalidRequest' };
  return { disposition: 'transient', reason: 'ServiceFailure' };
}

/** No readable body: only statuses that mean the same whoever sends them are believed. */
function byStatusAlone(service: Service, status: number, empty: boolean): Verdict {
  if (status === 412) return { disposition: 'conflict', reason: 'ChangedMeanwhile' };
  // Fabric answers 401 without a body to a token that it cannot use.
  if (status === 401 && service === 'fabric') return { disposition: 'blocked', reason: 'CredentialInvalid' };
  // Nobody documents the 404s of some APIs. A proxy would have sent a page.
  if (status === 404 && service === 'fabric' && empty)
    return { disposition: 'transient', reason: 'NotFoundWithoutWord' };
  if (status >= 500 && status !== 501) return { disposition: 'transient', reason: 'ServiceFailure' };
  return { disposition: 'transient', reason: 'UnreadableAnswer' };
}

function sentence(response: HttpResponse, body: ErrorBody | undefined, code: string | undefined): string {
  if (!body) {
    const looks = response.body.trim() === '' ? 'with an empty body' : 'with a body that is not of the service';
    return `HTTP ${response.status} ${looks}`;
  }
  const text = stableText(body.message);
  const name = code ?? body.code;
  if (text === '') return `${name} (HTTP ${response.status})`;
  return text.includes(name) ? text : `${name}: ${text}`;
}
