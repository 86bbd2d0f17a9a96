import type { HttpResponse } from './http.ts';

/** What an error answer says of itself, whichever service gave it. */
export type ErrorBody = {
  /** The service's own code of the outermost error. */
  code: string;
  /** Codes of nested errors, outermost first. */
  nested: readonly string[];
  message: string;
  /** Fabric's own word on whether trying again helps. */
  retriable: boolean | undefined;
};

/** Bodies nest a few levels at most; this bounds what a hostile or broken one can cost. */
const DEEPEST_NESTING = 5;

/**
 * Reads the error bodies of ARM (`error.code`, cloud-apis section 4.1), Fabric (`errorCode`, section 3.1) and Entra
 * (`error_codes`, section 2.2). Where the body is empty or not JSON, Fabric's code header stands in. Undefined: nobody
 * can tell who answered (a gateway's HTML page, a truncated body), so nothing may be concluded from the status.
 */
export function readErrorBody(response: HttpResponse): ErrorBody | undefined {
  const headerCode = response.headers['x-ms-public-api-error-code'] ?? response.headers['x-ms-error-code'];
  const body = parsedObject(response.body);
  const read = body && (readEntra(body) ?? readNested(body));
  if (read) return read;
  return headerCode ? { code: wordOf(headerCode), nested: [], message: '', retriable: undefined } : undefined;
}

/** The body as a JSON object; undefined when it is anything else. */
export function parsedObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readEntra(body: Record<string, unknown>): ErrorBody | undefined {
  if (typeof body['error'] !== 'string') return undefined;
  const numbers = Array.isArray(body['error_codes']) ? body['error_codes'] : [];
  const [first] = numbers.filter((value) => typeof value === 'number');
  return {
    code: first === undefined ? wordOf(body['error']) : `AADSTS${first}`,
    nested: [],
    message: typeof body['error_description'] === 'string' ? body['error_description'] : '',
    retriable: undefined,
  };
}

function readNested(body: Record<string, unknown>): ErrorBody | undefined {
  const outer = isObject(body['error']) ? body['error'] : body;
  const code = codeOf(outer);
  if (code === undefined) return undefined;
  const nested: string[] = [];
  const messages = [messageOf(outer)];
  collect(outer, nested, messages, DEEPEST_NESTING);
  return {
    code,
    nested,
    // The outer text is often "see details": keep it, and add the innermost that says something else.
    message: [...new Set(messages.filter((text) => text !== ''))].slice(0, 3).join(': '),
    retriable: typeof outer['isRetriable'] === 'boolean' ? outer['isRetriable'] : undefined,
  };
}

function collect(error: Record<string, unknown>, codes: string[], messages: string[], depth: number): void {
  if (depth === 0) return;
  const inner = [error['details'], error['moreDetails']].flatMap((list) => (Array.isArray(list) ? list : []));
  for (const entry of inner) {
    if (!isObject(entry)) continue;
    const code = codeOf(entry);
    if (code !== undefined) codes.push(code);
    messages.push(messageOf(entry));
    collect(entry, codes, messages, depth - 1);
  }
}

function codeOf(error: Record<string, unknown>): string | undefined {
  const code = error['errorCode'] ?? error['code'];
  return typeof code === 'string' && code !== '' ? wordOf(code) : undefined;
}

/** A code is one short word. It becomes part of messages and metrics, so anything else is not repeated. */
function wordOf(code: string): string {
  return /^[\w.:-]{1,80}$/.test(code) ? code : 'UnreadableCode';
}

function messageOf(error: Record<string, unknown>): string {
  return typeof error['message'] === 'string' ? error['message'].trim() : '';
}
