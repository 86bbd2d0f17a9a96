import { type Status, StatusError } from '../status-error.ts';

/** A whole answer. Watches write to the socket themselves. */
export type Reply = { code: number; body: string; contentType?: string; headers?: Record<string, string> };

/** A request as the handlers see it. */
export type ApiRequest = {
  method: string;
  path: string;
  /** Decoded path segments. */
  segments: string[];
  query: URLSearchParams;
  accept: string;
  userAgent: string;
  contentType: string;
  body: Buffer;
  /** Texts for Warning headers. */
  warnings: string[];
};

export const json = (value: unknown, code = 200): Reply => ({ code, body: JSON.stringify(value) });
export const rawJson = (body: string, code = 200): Reply => ({ code, body });

/** The plain answer of a path that nothing is mounted at. */
export const nowhere = (): Reply => ({
  code: 404,
  body: '404 page not found\n',
  contentType: 'text/plain; charset=utf-8',
});

export function failure(status: Status): Reply {
  const reply = json(status, status.code);
  const { retryAfterSeconds } = status.details ?? {};
  if (retryAfterSeconds !== undefined) reply.headers = { 'Retry-After': String(retryAfterSeconds) };
  return reply;
}

export function methodNotAllowed(): StatusError {
  return new StatusError(
    405,
    'MethodNotAllowed',
    'the server does not allow this method on the requested resource',
    {},
  );
}
