// What roles give, and what was asked for, held against each other.
import type { KubeObject } from '../../operator/clients/kube/types.ts';
import type { Call } from './calls.ts';

type Rule = { apiGroups: string[]; resources: string[]; resourceNames?: string[]; verbs: string[] };
type Role = KubeObject & { rules?: Rule[] };

/** One verb on one resource, in one namespace or (empty) in all. */
export type Right = { verb: string; group: string; resource: string; namespace: string; names?: readonly string[] };

/** What the operator's own roles give; the chart's roles for people are bound to nobody. */
export function rightsIn(objects: readonly KubeObject[]): Right[] {
  const bound = new Set(
    objects
      .filter(({ kind }) => kind.endsWith('Binding'))
      .map((binding) => {
        const { roleRef } = binding as KubeObject & { roleRef: { kind: string; name: string } };
        return `${roleRef.kind}/${binding.metadata.namespace ?? ''}/${roleRef.name}`;
      }),
  );
  const roles = objects.filter(({ kind, metadata }) =>
    bound.has(`${kind}/${metadata.namespace ?? ''}/${metadata.name}`),
  );
  return roles.flatMap(({ metadata, rules = [] }: Role) =>
    rules.flatMap(({ apiGroups, resources, resourceNames, verbs }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((resource) =>
          verbs.map((verb) => ({
            verb,
            group,
            resource,
            namespace: metadata.namespace ?? '',
            ...(resourceNames && { names: resourceNames }),
          })),
        ),
      ),
    ),
  );
}

export const covers = (right: Right, call: Call): boolean =>
  right.verb === call.verb &&
  right.group === call.group &&
  right.resource === call.resource &&
  (right.namespace === '' || right.namespace === call.namespace) &&
  (right.names === undefined || right.names.includes(call.name));

/** `verb resource.group`, for people. */
export const worded = ({ verb, group, resource }: Pick<Right, 'verb' | 'group' | 'resource'>): string =>
  `${verb} ${resource}${group && `.${group}`}`;
