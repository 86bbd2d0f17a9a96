import { parse } from 'yaml';
import { badRequest, StatusError } from '../status-error.ts';
import type { ApiRequest } from './reply.ts';

/** Decodes the body by its content type. Throws 400, or 415 for protobuf and others. */
export function parseBody({ body, contentType }: Pick<ApiRequest, 'body' | 'contentType'>): unknown {
  const type = contentType.split(';')[0]!.trim();
  if (body === '') return undefined;
  try {
    if (type.endsWith('yaml')) return parse(body) as unknown;
    if (type === '' || type.endsWith('json')) return JSON.parse(body) as unknown;
  } catch (error) {
    throw badRequest(`error decoding the request body: ${(error as Error).message}`);
  }
  throw new StatusError(
    415,
    'UnsupportedMediaType',
    'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml',
    {},
  );
}
