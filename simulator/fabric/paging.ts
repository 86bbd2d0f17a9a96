import type { Cloud } from '../cloud.ts';
import { Refusal, type SimRequest } from '../exchange.ts';
import { workspaceOfHost } from './hosts.ts';

type Page<T> = { value: T[]; continuationToken?: string; continuationUri?: string };

/** A token says at which entry the next page starts, and whether that page is the empty one. */
const encode = (start: number, empty: boolean) =>
  encodeURIComponent(Buffer.from(`[${start},${empty ? 1 : 0}]`).toString('base64'));

function decode(token: string): { start: number; empty: boolean } | undefined {
  try {
    const [start, empty] = JSON.parse(Buffer.from(token, 'base64').toString('utf8')) as [unknown, unknown];
    if (typeof start === 'number' && Number.isInteger(start) && start >= 0) return { start, empty: empty === 1 };
  } catch {
    // Falls through: whatever it is, the service did not send it.
  }
  return undefined;
}

/**
 * One page of a Fabric list (section 3.2): the token in the body is URL-encoded already, `continuationUri` names the
 * global host even when the caller came by a workspace host [I], and an intermediate page may be empty.
 */
export function page<T>(cloud: Cloud, request: SimRequest, all: readonly T[]): Page<T> {
  const { pageSize, emptyPage } = cloud.conduct.fabric.choices;
  const given = request.url.searchParams.get('continuationToken');
  const position = given === null ? { start: 0, empty: false } : decode(given);
  if (!position || position.start > all.length) {
    throw new Refusal(400, 'InvalidContinuationToken', 'The continuation token is not valid.');
  }
  const end = position.empty ? position.start : position.start + pageSize;
  const value = all.slice(position.start, end);
  if (end >= all.length) return { value };
  const continuationToken = encode(end, emptyPage && position.start === 0 && !position.empty);
  const others = [...request.url.searchParams].filter(([name]) => name !== 'continuationToken');
  const query = others.map(([name, text]) => `${encodeURIComponent(name)}=${encodeURIComponent(text)}&`).join('');
  const origin = workspaceOfHost(request.host) === undefined ? request.url.origin : cloud.urls.fabric;
  return {
    value,
    continuationToken,
    continuationUri: `${origin}${request.url.pathname}?${query}continuationToken=${continuationToken}`,
  };
}
