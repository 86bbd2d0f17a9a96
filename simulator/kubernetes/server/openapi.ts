import { createHash } from 'node:crypto';
import { apiVersionOf, type Registry, type Resource } from '../resource.ts';
import { OBJECT_META } from '../schema/object-meta.ts';
import type { JsonObject, Schema } from '../types.ts';
import { VERSION } from './discovery.ts';
import { type ApiRequest, json, type Reply, rawJson } from './reply.ts';

/**
 * kubectl asks for version 2, always as Protobuf, when version 3 does not know a kind; it finds nothing here either and
 * goes on to its own sentence, "no matches for kind". The bytes are `swagger: "2.0"`, field 1 of openapi.v2.Document.
 */
const EMPTY_V2: Reply = {
  code: 200,
  body: '\u000a\u00032.0',
  contentType: 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf',
};

export type OpenApi = {
  /** `/openapi/v3` and below, and an empty `/openapi/v2`; undefined for other paths and for group versions that are not served. */
  serve(request: ApiRequest): Reply | undefined;
};

type Document = { resources: Resource[]; text: string; hash: string };

const OBJECT_META_NAME = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';
const LIST_META_NAME = 'io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta';
const STATUS_NAME = 'io.k8s.apimachinery.pkg.apis.meta.v1.Status';

/** OpenAPI v3: an index with hashes, and one document for each group version, built when its resources changed. */
export function createOpenApi(registry: Registry): OpenApi {
  const documents = new Map<string, Document>();

  function documentOf(path: string, resources: Resource[]): Document {
    const cached = documents.get(path);
    const same =
      cached?.resources.length === resources.length && resources.every((each, i) => each === cached.resources[i]);
    if (cached && same) return cached;
    const text = JSON.stringify(buildDocument(resources));
    const hash = createHash('sha256').update(text).digest('hex').toUpperCase();
    const document = { resources, text, hash };
    documents.set(path, document);
    return document;
  }

  return {
    serve({ path }) {
      if (path === '/openapi/v2') return EMPTY_V2;
      if (path !== '/openapi/v3' && !path.startsWith('/openapi/v3/')) return undefined;
      const served = Map.groupBy(registry.all(), (resource) => basePath(resource).slice(1));
      if (path === '/openapi/v3') {
        const paths = [...served].map(([name, resources]) => {
          const { hash } = documentOf(name, resources);
          return [name, { serverRelativeURL: `/openapi/v3/${name}?hash=${hash}` }];
        });
        return json({ paths: Object.fromEntries(paths) });
      }
      const name = path.slice('/openapi/v3/'.length);
      const resources = served.get(name);
      return resources && rawJson(documentOf(name, resources).text);
    },
  };
}

const basePath = ({ group, version }: Resource): string => (group ? `/apis/${group}/${version}` : `/api/${version}`);

/** `dev.example.v1.Widget`; kinds of the core group have the name that they have in a real server. */
function schemaName({ group, version, kind }: Resource): string {
  const reversed = group ? group.split('.').reverse().join('.') : 'io.k8s.api.core';
  return `${reversed}.${version}.${kind}`;
}

const ref = (name: string): JsonObject => ({ $ref: `#/components/schemas/${name}` });

function buildDocument(resources: Resource[]): JsonObject {
  const schemas: Record<string, unknown> = {
    [OBJECT_META_NAME]: OBJECT_META,
    [LIST_META_NAME]: {
      type: 'object',
      description: 'ListMeta describes metadata that lists have.',
      properties: {
        resourceVersion: { type: 'string' },
        continue: { type: 'string' },
        remainingItemCount: { type: 'integer', format: 'int64' },
      },
    },
    [STATUS_NAME]: { type: 'object', description: 'Status is a return value for calls that return no object.' },
  };
  const paths: Record<string, JsonObject> = {};
  for (const resource of resources) {
    Object.assign(schemas, resourceSchemas(resource));
    Object.assign(paths, resourcePaths(resource));
  }
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: VERSION.gitVersion },
    paths,
    components: { schemas, parameters: PARAMETERS },
  };
}

function resourceSchemas(resource: Resource): Record<string, unknown> {
  const { schema, kind, listKind, group, version } = resource;
  const name = schemaName(resource);
  const properties = schema.properties as Record<string, Schema | JsonObject>;
  return {
    [name]: {
      ...schema,
      properties: {
        ...properties,
        metadata: { description: OBJECT_META.description, default: {}, allOf: [ref(OBJECT_META_NAME)] },
      },
      'x-kubernetes-group-version-kind': [{ group, version, kind }],
    },
    [`${name}List`]: {
      type: 'object',
      description: `${listKind} is a list of ${kind}.`,
      required: ['items'],
      properties: {
        apiVersion: { type: 'string' },
        kind: { type: 'string' },
        metadata: { default: {}, allOf: [ref(LIST_META_NAME)] },
        items: { type: 'array', items: { default: {}, allOf: [ref(name)] } },
      },
      'x-kubernetes-group-version-kind': [{ group, version, kind: listKind }],
    },
  };
}

const parameter = (name: string, description: string, type = 'string'): JsonObject => ({
  name,
  in: 'query',
  description,
  schema: { type, uniqueItems: true },
});

const PARAMETERS: Record<string, JsonObject> = {
  dryRun: parameter('dryRun', 'All: nothing is persisted.'),
  fieldManager: parameter('fieldManager', 'Name of whoever makes the change.'),
  fieldValidation: parameter('fieldValidation', 'Ignore, Warn or Strict.'),
  force: parameter('force', 'Take fields from other managers.', 'boolean'),
  labelSelector: parameter('labelSelector', 'Restricts the list by labels.'),
  fieldSelector: parameter('fieldSelector', 'Restricts the list by fields.'),
  limit: parameter('limit', 'Most items of a page.', 'integer'),
  continue: parameter('continue', 'Token of the next page.'),
  watch: parameter('watch', 'Stream of changes.', 'boolean'),
  resourceVersion: parameter('resourceVersion', 'Which state to read.'),
};

const WRITE = ['dryRun', 'fieldManager', 'fieldValidation'];
const READ = ['labelSelector', 'fieldSelector', 'limit', 'continue', 'watch', 'resourceVersion'];

function resourcePaths(resource: Resource): Record<string, JsonObject> {
  const { plural, namespaced, kind, group, version, subresources } = resource;
  const place = namespaced
    ? `${basePath(resource)}/namespaces/{namespace}/${plural}`
    : `${basePath(resource)}/${plural}`;
  const name = schemaName(resource);
  const operation = (action: string, parameters: string[], schema: string, body?: string[]): JsonObject => ({
    operationId: `${action}${kind}`,
    tags: [apiVersionOf(resource).replace('/', '_')],
    parameters: parameters.map((each) => PARAMETERS[each]),
    ...(body && {
      requestBody: { required: true, content: Object.fromEntries(body.map((type) => [type, { schema: ref(name) }])) },
    }),
    responses: { 200: { description: 'OK', content: { 'application/json': { schema: ref(schema) } } } },
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': { group, version, kind },
  });
  const patchTypes = [
    'application/json-patch+json',
    'application/merge-patch+json',
    ...(resource.custom ? [] : ['application/strategic-merge-patch+json']),
    'application/apply-patch+yaml',
  ];
  const write = {
    get: operation('get', [], name),
    put: operation('put', WRITE, name, ['application/json']),
    patch: operation('patch', [...WRITE, 'force'], name, patchTypes),
  };
  const collection = {
    get: operation('list', READ, `${name}List`),
    post: operation('post', WRITE, name, ['application/json']),
    delete: operation('deletecollection', READ, STATUS_NAME),
  };
  return {
    [place]: collection,
    [`${place}/{name}`]: { ...write, delete: operation('delete', ['dryRun'], STATUS_NAME) },
    ...Object.fromEntries(subresources.map((subresource) => [`${place}/{name}/${subresource}`, write])),
  };
}
