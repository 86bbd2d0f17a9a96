import { type Cluster, textOf } from '../api/cluster.ts';
import type { Page } from '../api/list.ts';
import { columnDefinitions, type IncludeObject, partial, tableRow } from '../api/table.ts';
import type { WatchSink } from '../api/watch.ts';
import { apiVersionOf, type Resource } from '../resource.ts';
import { badRequest } from '../status-error.ts';
import type { Version } from '../store/version.ts';
import type { JsonObject } from '../types.ts';
import { type Representation, representation } from './accept.ts';
import { type ApiRequest, type Reply, rawJson } from './reply.ts';

const META = 'meta.k8s.io/v1';

function includeObject(query: URLSearchParams): IncludeObject {
  const include = query.get('includeObject') || 'Metadata';
  if (include === 'None' || include === 'Metadata' || include === 'Object') return include;
  throw badRequest(`unrecognized includeObject value: ${JSON.stringify(include)}`);
}

/** Renders objects and lists of one resource in the form that a request accepts. */
export type Rendering = {
  one(version: Version, code?: number): Reply;
  page(page: Page): Reply;
  /** The encoding half of a watch sink. */
  events(): Pick<WatchSink, 'encode' | 'encodeBookmark'>;
};

export function rendering(cluster: Cluster, resource: Resource, request: ApiRequest): Rendering {
  const as: Representation = representation(request.accept);
  const include = includeObject(request.query);

  function table(versions: Version[], metadata: JsonObject, withColumns: boolean): string {
    return JSON.stringify({
      kind: 'Table',
      apiVersion: META,
      metadata,
      columnDefinitions: withColumns ? columnDefinitions(resource) : null,
      rows: versions.map((version) => tableRow(resource, version, include, cluster.now())),
    });
  }

  function text(version: Version): string {
    return as === 'metadata' ? JSON.stringify(partial(version.object)) : textOf(resource, version);
  }

  function single(version: Version, withColumns: boolean): string {
    if (as !== 'table') return text(version);
    const { resourceVersion } = version.object.metadata;
    return table([version], { resourceVersion }, withColumns);
  }

  function listMetadata(page: Page): JsonObject {
    const metadata: JsonObject = { resourceVersion: String(page.revision) };
    // Lists of custom resources are not made of Go structs, and show an empty token.
    if (page.continue || (resource.custom && as === 'object')) metadata['continue'] = page.continue ?? '';
    if (page.remaining !== undefined) metadata['remainingItemCount'] = page.remaining;
    return metadata;
  }

  return {
    one: (version, code = 200) => rawJson(single(version, true), code),
    page(page) {
      const metadata = listMetadata(page);
      if (as === 'table') return rawJson(table(page.versions, metadata, true));
      const kind = as === 'metadata' ? 'PartialObjectMetadataList' : resource.listKind;
      const apiVersion = as === 'metadata' ? META : apiVersionOf(resource);
      const head = JSON.stringify({ kind, apiVersion, metadata }).slice(0, -1);
      return rawJson(`${head},"items":[${page.versions.map(text).join(',')}]}`);
    },
    events() {
      // Columns come with the first event only; the client remembers them.
      let isFirst = true;
      return {
        encode(version) {
          const encoded = single(version, isFirst);
          isFirst = false;
          return encoded;
        },
        encodeBookmark(metadata) {
          if (as === 'table')
            return JSON.stringify({ kind: 'Table', apiVersion: META, metadata, columnDefinitions: null, rows: [] });
          const kind = as === 'metadata' ? 'PartialObjectMetadata' : resource.kind;
          return JSON.stringify({ kind, apiVersion: as === 'metadata' ? META : apiVersionOf(resource), metadata });
        },
      };
    },
  };
}
