import { type Cluster, existing, type Target } from '../api/cluster.ts';
import { createObject } from '../api/create.ts';
import { deleteObject } from '../api/delete.ts';
import { listPage } from '../api/list.ts';
import { patchObject } from '../api/patch.ts';
import { replaceObject } from '../api/update.ts';
import { parseBody } from './body.ts';
import { deleteOptions, writeOptions } from './options.ts';
import { rendering } from './rendering.ts';
import { type ApiRequest, json, methodNotAllowed, type Reply } from './reply.ts';

type Verb = (cluster: Cluster, target: Target, request: ApiRequest) => Reply;

const create: Verb = (cluster, target, request) => {
  const version = createObject(cluster, target, parseBody(request), writeOptions(request));
  return rendering(cluster, target.resource, request).one(version, 201);
};

const list: Verb = (cluster, target, request) =>
  rendering(cluster, target.resource, request).page(listPage(cluster, target, request.query));

const get: Verb = (cluster, target, request) =>
  rendering(cluster, target.resource, request).one(existing(cluster, target));

const replace: Verb = (cluster, target, request) => {
  const version = replaceObject(cluster, target, parseBody(request), writeOptions(request));
  return rendering(cluster, target.resource, request).one(version);
};

const patch: Verb = (cluster, target, request) => {
  const type = request.contentType.split(';')[0]!.trim();
  const existed = cluster.store.collection(target.resource.collection).entries.size;
  const version = patchObject(cluster, target, type, parseBody(request), writeOptions(request));
  const created = cluster.store.collection(target.resource.collection).entries.size > existed;
  return rendering(cluster, target.resource, request).one(version, created ? 201 : 200);
};

const remove: Verb = (cluster, target, request) => {
  const { resource, name } = target;
  const { version, gone } = deleteObject(cluster, target, deleteOptions(request));
  if (!gone) return rendering(cluster, resource, request).one(version);
  const details: Record<string, string> = { name, kind: resource.plural };
  if (resource.group) details['group'] = resource.group;
  if (version.object.metadata.uid) details['uid'] = version.object.metadata.uid;
  return json({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details });
};

const removeAll: Verb = (cluster, target, request) => {
  const page = listPage(cluster, target, request.query);
  const options = deleteOptions(request);
  for (const { object } of page.versions) {
    const { namespace = '', name } = object.metadata;
    deleteObject(cluster, { resource: target.resource, namespace, name }, options);
  }
  return rendering(cluster, target.resource, request).page(page);
};

const COLLECTION: Record<string, Verb> = { POST: create, GET: list, DELETE: removeAll };
const OBJECT: Record<string, Verb> = { GET: get, PUT: replace, PATCH: patch, DELETE: remove };
const SUBRESOURCE: Record<string, Verb> = { GET: get, PUT: replace, PATCH: patch };

/** Serves everything but watches. Throws StatusError. */
export function serveResource(cluster: Cluster, target: Target, request: ApiRequest): Reply {
  const { resource } = target;
  if (resource.deprecationWarning) request.warnings.push(resource.deprecationWarning);
  const verbs = target.name === '' ? COLLECTION : target.subresource ? SUBRESOURCE : OBJECT;
  const verb = verbs[request.method];
  if (!verb) throw methodNotAllowed();
  return verb(cluster, target, request);
}
