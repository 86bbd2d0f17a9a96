import { randomUUID } from 'node:crypto';
import type { World } from '../world.ts';
import type { DirectoryObject } from './types.ts';

/** Power BI Service: the first-party application behind Fabric (section 15.5 [D]). */
export const FABRIC_APPLICATION_ID = '00000009-0000-0000-c000-000000000000';

/** There for a long time already, unless told otherwise. */
export function addDirectoryObject(
  world: World,
  object: Pick<DirectoryObject, 'tenantId' | 'kind'> & Partial<DirectoryObject>,
): DirectoryObject {
  const id = object.id ?? randomUUID();
  const added: DirectoryObject = {
    id,
    displayName: id,
    members: [],
    createdAtMs: 0,
    visibleAtMs: object.createdAtMs ?? 0,
    ...object,
  };
  world.graph.objects[id.toLowerCase()] = added;
  return added;
}

/** The Fabric application's service principal in a tenant; made when it is first asked for. */
export function fabricApplicationIn(world: World, tenantId: string): DirectoryObject {
  const key = tenantId.toLowerCase();
  const there = world.graph.objects[world.graph.fabricApplications[key] ?? ''];
  if (there) return there;
  const application = { appId: FABRIC_APPLICATION_ID, displayName: 'Power BI Service' };
  const added = addDirectoryObject(world, { tenantId, kind: 'ServicePrincipal', ...application });
  world.graph.fabricApplications[key] = added.id;
  return added;
}

/** Grants application permissions to whoever has this object id in the tenant. */
export function grantPermissions(world: World, tenantId: string, objectId: string, roles: readonly string[]): void {
  const key = `${tenantId}/${objectId}`.toLowerCase();
  world.graph.permissions[key] = [...new Set([...(world.graph.permissions[key] ?? []), ...roles])];
}

export function permissionsOf(world: World, tenantId: string, objectId: string): readonly string[] {
  return world.graph.permissions[`${tenantId}/${objectId}`.toLowerCase()] ?? [];
}

/** Everything in a tenant's directory: service principals of applications, too. */
export function directoryOf(world: World, tenantId: string): DirectoryObject[] {
  const ofTenant = (thing: { tenantId: string }) => same(thing.tenantId, tenantId);
  return [...applicationsOf(world, tenantId), ...Object.values(world.graph.objects).filter(ofTenant)];
}

function applicationsOf(world: World, tenantId: string): DirectoryObject[] {
  return Object.values(world.entra.apps)
    .filter((app) => same(app.tenantId, tenantId))
    .map(
      ({ objectId, clientId, displayName }): DirectoryObject => ({
        id: objectId,
        tenantId,
        kind: 'ServicePrincipal',
        displayName,
        appId: clientId,
        members: [],
        createdAtMs: 0,
        visibleAtMs: 0,
      }),
    );
}

/** A directory of ten thousand is gone through for each search: most ids are spelt alike. */
const same = (one: string, other: string) => one === other || one.toLowerCase() === other.toLowerCase();

/** One object, if the directory knows it by now. */
export function objectIn(world: World, tenantId: string, id: string, nowMs: number): DirectoryObject | undefined {
  const wanted = id.toLowerCase();
  const own = world.graph.objects[wanted];
  const found = own ?? applicationsOf(world, tenantId).find(({ id: objectId }) => same(objectId, wanted));
  return found && same(found.tenantId, tenantId) && found.visibleAtMs <= nowMs ? found : undefined;
}
