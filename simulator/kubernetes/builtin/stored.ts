import type { Resource } from '../resource.ts';
import type { Schema } from '../types.ts';
import { define, free } from './define.ts';

// Kinds that an installation of the operator brings along. They are kept and shown, so that its manifests can be
// applied here; nothing runs, routes or forbids anything because of them, and their contents are not checked.

type Kind = [group: string, plural: string, kind: string, more?: Partial<Parameters<typeof define>[0]>];

const KINDS: Kind[] = [
  ['', 'services', 'Service', { shortNames: ['svc'], categories: ['all'] }],
  ['apps', 'deployments', 'Deployment', { shortNames: ['deploy'], categories: ['all'], subresources: ['status'] }],
  ['networking.k8s.io', 'networkpolicies', 'NetworkPolicy', { shortNames: ['netpol'] }],
  ['policy', 'poddisruptionbudgets', 'PodDisruptionBudget', { shortNames: ['pdb'], subresources: ['status'] }],
  ['rbac.authorization.k8s.io', 'clusterroles', 'ClusterRole', { namespaced: false }],
  ['rbac.authorization.k8s.io', 'clusterrolebindings', 'ClusterRoleBinding', { namespaced: false }],
  ['rbac.authorization.k8s.io', 'roles', 'Role'],
  ['rbac.authorization.k8s.io', 'rolebindings', 'RoleBinding'],
];

const list: Schema = { type: 'array', items: { 'x-kubernetes-preserve-unknown-fields': true } };

/** The fields that these kinds have at the top; what is in them is taken as it comes. */
const FIELDS: Record<string, Schema> = {
  spec: free('Desired state.'),
  status: free('Observed state.'),
  rules: { ...list, description: 'Rules of a role.' },
  aggregationRule: free('Which roles to gather.'),
  subjects: { ...list, description: 'Whom a role is bound to.' },
  roleRef: free('The role.'),
};

export const STORED: Resource[] = KINDS.map(([group, plural, kind, more]) =>
  define({
    group,
    version: 'v1',
    plural,
    kind,
    ...more,
    schema: { description: `${kind}, kept as it is.`, properties: FIELDS },
    strategy: { counted: kind === 'Deployment' || kind === 'PodDisruptionBudget' || kind === 'NetworkPolicy' },
  }),
);
