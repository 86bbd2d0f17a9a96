import type { SimResponse } from './exchange.ts';
import type { FaultEffect } from './faults.ts';

const GATEWAY_PAGE =
  '<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center></body></html>';

/** What the fault makes of a finished answer. Effects that strike before the work leave it alone. */
export function mangled(response: SimResponse, effect: FaultEffect): SimResponse {
  switch (effect.kind) {
    case 'html':
      return { status: effect.status ?? 502, headers: { 'content-type': 'text/html' }, rawBody: GATEWAY_PAGE };
    case 'empty':
      return { status: effect.status ?? response.status, headers: without(response, 'content-type'), rawBody: '' };
    case 'truncate': {
      const text = response.rawBody ?? JSON.stringify(response.body ?? {});
      const headers = { 'content-type': 'application/json', ...response.headers };
      return { status: response.status, headers, rawBody: text.slice(0, Math.floor(text.length / 2)) };
    }
    case 'unknownEnum': {
      const { rawBody, ...rest } = response;
      const body = rawBody === undefined ? response.body : parsed(rawBody);
      return { ...rest, body: replaced(body, new Set(effect.members), effect.value ?? 'NeverHeardOf') };
    }
    case 'throttle':
    case 'delay':
    case 'loseReply':
    case 'cut':
    case 'stale':
    case 'refuse':
      break;
  }
  return response;
}

function without(response: SimResponse, name: string): Record<string, string> {
  return Object.fromEntries(Object.entries(response.headers ?? {}).filter(([header]) => header !== name));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function replaced(value: unknown, members: ReadonlySet<string>, word: string): unknown {
  if (Array.isArray(value)) return value.map((entry) => replaced(entry, members, word));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      members.has(name) && typeof member === 'string' ? word : replaced(member, members, word),
    ]),
  );
}
