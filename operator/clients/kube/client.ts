import { OperatorError } from '../../errors.ts';
import type { HttpRequest, HttpResponse, Transport } from '../http.ts';
import type { KubeAccess } from './access.ts';
import { splitLines } from './lines.ts';
import { queryString, resourcePath } from './paths.ts';
import { apiVersionOf, resourceName } from './resources.ts';
import { type Attempt, errorFromStatus, unreadable } from './status-errors.ts';
import type { KubeObject, ListPage, PatchType, ResourceType, WatchingKubeClient } from './types.ts';

export type KubeClientOptions = {
  transport: Transport;
  access: KubeAccess;
  /** Limit of one call, milliseconds. Watches have it for their headers only. */
  timeoutMs?: number;
  userAgent?: string;
};

const CONTENT_TYPES: Record<PatchType, string> = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  // JSON is YAML, so that server-side apply takes our bodies as they are.
  apply: 'application/apply-patch+yaml',
};

/** A server that cannot leave out the rest sends whole objects. */
const METADATA = {
  list: 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json',
  watch: 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json',
};

type Call = {
  attempt: Attempt;
  method: HttpRequest['method'];
  path: string;
  operation: string;
  contentType?: string;
  accept?: string;
  body?: unknown;
  signal?: AbortSignal | undefined;
};

/**
 * The API server over the shared transport.
 *
 * Guarantees: throws OperatorErrors only; 404 is `undefined` on get and success on delete; nothing is retried, save one
 * repeat after 401 with credentials read anew (a rotated token).
 */
export function createKubeClient(options: KubeClientOptions): WatchingKubeClient {
  const { transport, access } = options;
  const timeoutMs = options.timeoutMs ?? 30_000;
  const userAgent = options.userAgent ?? 'fabric-link-operator';

  const requestOf = async (call: Call, renew: boolean): Promise<HttpRequest> => {
    const authorization = await authorizationOf(access, renew);
    return {
      service: 'kubernetes',
      operation: call.operation,
      method: call.method,
      url: access.server + call.path,
      timeoutMs,
      headers: {
        accept: call.accept ?? 'application/json',
        'user-agent': userAgent,
        ...(authorization !== undefined && { authorization }),
        ...(call.body !== undefined && { 'content-type': call.contentType ?? 'application/json' }),
      },
      ...(call.body !== undefined && { body: JSON.stringify(call.body) }),
      ...(call.signal && { signal: call.signal }),
    };
  };

  const send = async (call: Call): Promise<HttpResponse> => {
    const answer = await transport.send(await requestOf(call, false));
    return answer.status === 401 ? transport.send(await requestOf(call, true)) : answer;
  };

  const json = async <T>(call: Call): Promise<T> => {
    const answer = await send(call);
    if (answer.status >= 300) throw errorFromStatus(call.attempt, answer);
    try {
      return JSON.parse(answer.body) as T;
    } catch (thrown) {
      throw unreadable(call.attempt, answer.status, thrown);
    }
  };

  const withType = <T extends KubeObject>(type: ResourceType, object: T): T => ({
    ...object,
    apiVersion: apiVersionOf(type),
    kind: type.kind,
  });

  return {
    async get<T extends KubeObject>(type: ResourceType, namespace: string, name: string, signal?: AbortSignal) {
      try {
        return await json<T>({
          attempt: { verb: 'get', resource: resourceName(type), namespace, name },
          operation: `${type.plural}.get`,
          method: 'GET',
          path: resourcePath(type, { namespace, name }),
          signal,
        });
      } catch (thrown) {
        if ((thrown as OperatorError).status === 404) return undefined;
        throw thrown;
      }
    },

    async list<T extends KubeObject>(
      type: ResourceType,
      query: Parameters<WatchingKubeClient['list']>[1],
      signal?: AbortSignal,
    ) {
      const { namespace, metadataOnly, ...selection } = query;
      const body = await json<{ items?: T[]; metadata?: { resourceVersion?: string; continue?: string } }>({
        attempt: { verb: 'list', resource: resourceName(type), ...(namespace && { namespace }) },
        operation: `${type.plural}.list`,
        method: 'GET',
        path: resourcePath(type, { ...(namespace && { namespace }) }) + queryString(selection),
        ...(metadataOnly && { accept: METADATA.list }),
        signal,
      });
      const page: ListPage<T> = { items: body.items ?? [], resourceVersion: body.metadata?.resourceVersion ?? '' };
      if (body.metadata?.continue) page.continue = body.metadata.continue;
      return page;
    },

    create: (type, object, signal) =>
      json({
        attempt: { verb: 'create', resource: resourceName(type), ...whereIs(object) },
        operation: `${type.plural}.create`,
        method: 'POST',
        path: resourcePath(type, { ...(object.metadata.namespace && { namespace: object.metadata.namespace }) }),
        body: withType(type, object),
        signal,
      }),

    replace: (type, object, signal) =>
      json({
        attempt: { verb: 'update', resource: resourceName(type), ...whereIs(object) },
        operation: `${type.plural}.replace`,
        method: 'PUT',
        path: resourcePath(type, whereIs(object)),
        body: withType(type, object),
        signal,
      }),

    patch: (type, namespace, name, patch, signal) => {
      const subresource = patch.subresource ? `/${patch.subresource}` : '';
      return json({
        attempt: { verb: 'patch', resource: resourceName(type) + subresource, namespace, name },
        operation: `${type.plural}${subresource}.patch`,
        method: 'PATCH',
        path:
          resourcePath(type, { namespace, name, ...(patch.subresource && { subresource: patch.subresource }) }) +
          queryString({ fieldManager: patch.fieldManager, force: patch.type === 'apply' ? patch.force : undefined }),
        contentType: CONTENT_TYPES[patch.type],
        body: patch.body,
        signal,
      });
    },

    async delete(type, namespace, name, preconditions, signal) {
      const attempt: Attempt = { verb: 'delete', resource: resourceName(type), namespace, name };
      const answer = await send({
        attempt,
        operation: `${type.plural}.delete`,
        method: 'DELETE',
        path: resourcePath(type, { namespace, name }),
        body: { apiVersion: 'v1', kind: 'DeleteOptions', ...(preconditions && { preconditions }) },
        signal,
      });
      if (answer.status >= 300 && answer.status !== 404) throw errorFromStatus(attempt, answer);
    },

    async watch(type, query, signal) {
      const { namespace, metadataOnly, ...selection } = query;
      const call: Call = {
        attempt: { verb: 'watch', resource: resourceName(type), ...(namespace && { namespace }) },
        operation: `${type.plural}.watch`,
        method: 'GET',
        path:
          resourcePath(type, { ...(namespace && { namespace }) }) +
          queryString({ ...selection, watch: true, allowWatchBookmarks: true }),
        ...(metadataOnly && { accept: METADATA.watch }),
        signal,
      };
      let stream = await transport.stream(await requestOf(call, false));
      if (stream.status === 401) {
        stream.close();
        stream = await transport.stream(await requestOf(call, true));
      }
      if (stream.status >= 300) {
        throw errorFromStatus(call.attempt, {
          status: stream.status,
          headers: stream.headers,
          body: await text(stream.chunks),
        });
      }
      return { lines: splitLines(stream.chunks), close: () => stream.close() };
    },
  };
}

function whereIs(object: KubeObject): { namespace?: string; name: string } {
  const { namespace, name } = object.metadata;
  return { ...(namespace && { namespace }), name };
}

async function authorizationOf(access: KubeAccess, renew: boolean): Promise<string | undefined> {
  try {
    return await access.authorization(renew);
  } catch (cause) {
    throw new OperatorError({
      disposition: 'blocked',
      reason: 'KubernetesCredentialUnreadable',
      message: 'cannot read the credentials for the API server',
      remedy: "Check the operator's service account token or kubeconfig.",
      cause,
    });
  }
}

/** Enough of a refusal to read its reason. */
async function text(chunks: AsyncIterable<string>): Promise<string> {
  const MOST = 64 * 1024;
  let body = '';
  for await (const chunk of chunks) {
    body += chunk;
    if (body.length > MOST) break;
  }
  return body;
}
