import { parse } from 'yaml';
import { badRequest, StatusError } from '../status-error.ts';
import { decodeProtobuf } from './protobuf.ts';
import type { ApiRequest } from './reply.ts';

/** Decodes the body by its content type. Throws 400 or 415. */
export function parseBody({ body, contentType }: Pick<ApiRequest, 'body' | 'contentType'>): unknown {
  const type = contentType.split(';')[0]!.trim();
  if (body.length === 0) return undefined;
  try {
    if (type.endsWith('yaml')) return parse(body.toString()) as unknown;
    if (type === '' || type.endsWith('json')) return JSON.parse(body.toString()) as unknown;
    if (type === 'application/vnd.kubernetes.protobuf') return decodeProtobuf(body);
  } catch (error) {
    throw badRequest(`error decoding the request body: ${(error as Error).message}`);
  }
  throw new StatusError(
    415,
    'UnsupportedMediaType',
    'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf',
    {},
  );
}
