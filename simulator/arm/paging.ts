import type { Cloud } from '../cloud.ts';
import { Refusal, type SimResponse } from '../exchange.ts';
import type { ArmRequest } from './service.ts';

/**
 * `{value, nextLink?}`; honours `$top` and the conduct's page size. Only the entries of the page are `show`n. The skip
 * token is opaque to clients.
 */
export function paged<T>(
  request: ArmRequest,
  cloud: Cloud,
  entries: readonly T[],
  show: (entry: T) => unknown = (entry) => entry,
): SimResponse {
  const { pageSize, emptyPage } = cloud.conduct.arm.choices;
  const query = request.url.searchParams;
  const top = Number(query.get('$top') ?? pageSize);
  const size = Number.isInteger(top) && top > 0 ? Math.min(top, pageSize) : pageSize;
  const { offset, blank } = readToken(query.get('$skiptoken'));
  // An empty page in the middle: clients must follow the link, not count entries.
  if (emptyPage && offset > 0 && !blank) return answer(request, cloud, [], { offset, blank: true });
  const page = entries.slice(offset, offset + size).map(show);
  const next = offset + size < entries.length ? { offset: offset + size, blank: false } : undefined;
  return answer(request, cloud, page, next);
}

type SkipToken = { offset: number; blank: boolean };

function readToken(text: string | null): SkipToken {
  if (text === null) return { offset: 0, blank: false };
  const match = /^(\d+)(b?)$/.exec(Buffer.from(text, 'base64url').toString());
  if (!match) throw new Refusal(400, 'InvalidSkipToken', 'The provided skip token is invalid.');
  return { offset: Number(match[1]), blank: match[2] === 'b' };
}

function answer(request: ArmRequest, cloud: Cloud, value: readonly unknown[], next?: SkipToken): SimResponse {
  if (!next) return { status: 200, body: { value } };
  const url = new URL(request.url.pathname + request.url.search, cloud.urls.arm);
  const token = Buffer.from(`${next.offset}${next.blank ? 'b' : ''}`).toString('base64url');
  url.searchParams.set('$skiptoken', token);
  return { status: 200, body: { value, nextLink: url.href } };
}
