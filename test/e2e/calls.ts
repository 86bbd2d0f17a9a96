import type { LoggedRequest } from '../../simulator/kubernetes/server/request-log.ts';

/** One answered request in the words of RBAC. */
export type Call = {
  verb: string;
  group: string;
  /** With the subresource, as roles name it: `workspaceprivatelinks/status`. */
  resource: string;
  /** Empty: of the whole cluster. */
  namespace: string;
  name: string;
  code: number;
};

type AuditEvent = {
  verb: string;
  user: { username: string };
  objectRef?: { apiGroup?: string; resource?: string; subresource?: string; namespace?: string; name?: string };
  responseStatus?: { code?: number };
  stage: string;
};

/** From kube-apiserver's audit log. A watch counts once, when it was opened. */
export function auditedCalls(log: string, username: string): Call[] {
  return log
    .split('\n')
    .filter((line) => line.includes(`"${username}"`))
    .map((line) => JSON.parse(line) as AuditEvent)
    .filter(({ verb, stage }) => stage === (verb === 'watch' ? 'ResponseStarted' : 'ResponseComplete'))
    .map(({ verb, objectRef = {}, responseStatus }) => ({
      verb,
      group: objectRef.apiGroup ?? '',
      resource: [objectRef.resource ?? '', ...(objectRef.subresource ? [objectRef.subresource] : [])].join('/'),
      namespace: objectRef.namespace ?? '',
      name: objectRef.name ?? '',
      code: responseStatus?.code ?? 0,
    }));
}

const VERBS: Record<string, string> = { POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' };

/** From what the embedded server remembers of requests, those of the operator. */
export function loggedCalls(requests: readonly LoggedRequest[]): Call[] {
  return requests
    .filter(({ userAgent }) => userAgent.startsWith('fabric-link-operator'))
    .map(({ method, path, code, isWatch }) => {
      const match = PATH.exec(path);
      const { group = '', namespace, resource, name = '', subresource } = match?.groups ?? {};
      const read = isWatch ? 'watch' : name ? 'get' : 'list';
      return {
        verb: VERBS[method] ?? read,
        group,
        resource: [resource ?? path, ...(subresource ? [subresource] : [])].join('/'),
        namespace: namespace ?? '',
        name,
        code,
      };
    });
}

const PATH =
  /^\/(?:api\/v1|apis\/(?<group>[^/]+)\/[^/]+)(?:\/namespaces\/(?<namespace>[^/]+)(?=\/))?\/(?<resource>[^/]+)(?:\/(?<name>[^/]+))?(?:\/(?<subresource>[^/]+))?$/;

/** `verb resource`, for people. */
export const worded = ({ verb, group, resource }: Call): string => `${verb} ${resource}${group && `.${group}`}`;
