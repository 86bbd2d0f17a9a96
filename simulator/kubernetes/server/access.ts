import { isObject } from '../json.ts';
import { parseBody } from './body.ts';
import type { Posted } from './discovery.ts';
import { type ApiRequest, json, type Reply } from './reply.ts';

const AUTHORIZATION = { group: 'authorization.k8s.io', version: 'v1' };

// This cluster has one user who may do everything: reviews say so.
const REVIEWS: (Posted & { status: (spec: unknown) => unknown })[] = [
  {
    ...AUTHORIZATION,
    plural: 'selfsubjectaccessreviews',
    kind: 'SelfSubjectAccessReview',
    namespaced: false,
    status: () => ({ allowed: true, reason: 'every request is allowed here' }),
  },
  {
    ...AUTHORIZATION,
    plural: 'subjectaccessreviews',
    kind: 'SubjectAccessReview',
    namespaced: false,
    status: () => ({ allowed: true, reason: 'every request is allowed here' }),
  },
  {
    ...AUTHORIZATION,
    plural: 'selfsubjectrulesreviews',
    kind: 'SelfSubjectRulesReview',
    namespaced: false,
    status: () => ({
      resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }],
      nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
      incomplete: false,
    }),
  },
  {
    group: 'authentication.k8s.io',
    version: 'v1',
    plural: 'selfsubjectreviews',
    kind: 'SelfSubjectReview',
    namespaced: false,
    status: () => ({ userInfo: { username: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] } }),
  },
];

export const POSTED: Posted[] = REVIEWS;

/** Answers an access review; undefined when the path is none. */
export function review(request: ApiRequest, group: string, version: string, plural: string): Reply | undefined {
  const kind = REVIEWS.find((each) => each.group === group && each.version === version && each.plural === plural);
  if (!kind || request.method !== 'POST') return undefined;
  const body = parseBody(request);
  const spec = isObject(body) ? body['spec'] : undefined;
  const apiVersion = `${group}/${version}`;
  return json(
    { kind: kind.kind, apiVersion, metadata: {}, ...(spec !== undefined && { spec }), status: kind.status(spec) },
    201,
  );
}
