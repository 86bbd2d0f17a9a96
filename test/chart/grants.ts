// RBAC as the API server reads it, over what the chart renders.
import type { Call } from '../e2e/calls.ts';
import type { Rendered } from './chart.ts';

/** One verb on one resource; nothing smaller can be granted or taken back. */
export type Grant = { verb: string; group: string; resource: string; names?: readonly string[]; namespace?: string };

type Rule = { apiGroups: string[]; resources: string[]; verbs: string[]; resourceNames?: string[] };

/** What the release's account may do. `namespace` absent: everywhere. */
export function grantsOf(objects: readonly Rendered[]): Grant[] {
  return objects
    .filter(({ kind }) => kind === 'ClusterRoleBinding' || kind === 'RoleBinding')
    .flatMap(({ roleRef, metadata: { namespace } }) => {
      const { kind, name } = roleRef as { kind: string; name: string };
      const role = objects.find(
        (object) => object.kind === kind && object.metadata.name === name && object.metadata.namespace === namespace,
      );
      if (!role) throw new Error(`${kind} ${name} is bound but not there`);
      return (role.rules as Rule[]).flatMap((rule) => split(rule, namespace));
    });
}

function split({ apiGroups, resources, verbs, resourceNames }: Rule, namespace: string | undefined): Grant[] {
  return apiGroups.flatMap((group) =>
    resources.flatMap((resource) =>
      verbs.map((verb) => ({
        verb,
        group,
        resource,
        ...(resourceNames && { names: resourceNames }),
        ...(namespace !== undefined && { namespace }),
      })),
    ),
  );
}

/** Whether this grant allows this call. A rule with names allows no call that has none, as creations and lists have. */
export const allows = (grant: Grant, call: Call): boolean =>
  grant.verb === call.verb &&
  grant.group === call.group &&
  grant.resource === call.resource &&
  (grant.namespace === undefined || grant.namespace === call.namespace) &&
  (grant.names === undefined || grant.names.includes(call.name));

/** For people and for sets. */
export const grantText = ({ verb, group, resource, names, namespace }: Grant): string =>
  [
    verb,
    `${resource}${group && `.${group}`}`,
    ...(names ? [names.length > 1 ? `${names[0]}…` : names[0]!] : []),
    namespace === undefined ? 'everywhere' : `in ${namespace}`,
  ].join(' ');
