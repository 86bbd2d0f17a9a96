// What other people do while the demo runs: each a call of the simulator's own API. `npm run meanwhile` lists them.
import { Agent, request } from 'undici';
import type { CrossTenantMapping } from '../../crds/cross-tenant-mapping.ts';

/** What `npm run demo` leaves for this. */
export type Meanwhile = { controlUrl: string; caFile: string; kubeconfigFile: string };

/** Where nobody has to be told to look, also with `--kubeconfig`. */
export const MEANWHILE_FILE = '.demo/meanwhile.json';
export const ROLES = ['Admin', 'Member', 'Contributor', 'Viewer'];

export type Call = { method: 'PUT' | 'DELETE'; path: string; body?: object };

/** `told`: what others have done, and what the operator makes of it. */
export type Act = {
  about: string;
  call: (mapping: CrossTenantMapping, role?: string) => Call;
  told: string | ((mapping: CrossTenantMapping, role?: string) => string);
};

export const ACTS: Readonly<Record<'revoke' | 'consent' | 'role' | 'unmap' | 'recycle', Act>> = {
  revoke: {
    about: 'the guest’s administrator takes back the consent, for all guests of that tenant',
    call: (mapping) => ({ method: 'DELETE', path: `${consentOf(mapping)}?ends=atOnce` }),
    told: 'The consent is taken back, and Fabric has ended the mappings of all guests of that tenant (published: within a day; here at once). The operator asks for them again, is refused, and says ConsentRevoked with the guest administrator’s steps.',
  },
  consent: {
    about: 'the guest’s administrator consents (again)',
    call: (mapping) => ({ method: 'PUT', path: consentOf(mapping) }),
    told: 'The guest’s tenant has consented. The operator tries again within twenty published minutes, and maps its guests anew.',
  },
  role: {
    about: `somebody changes the guest’s role in its first workspace: ${ROLES.join(', ')}, or none`,
    call: (mapping, role = 'Admin') => {
      const path = `/_sim/fabric/workspaces/${workspaceOf(mapping)}/roles/${principalOf(mapping)}`;
      return role === 'none' ? { method: 'DELETE', path } : { method: 'PUT', path, body: { role } };
    },
    told: ({ metadata, spec }, role) =>
      `${metadata.name} has ${role === 'none' ? 'no role' : `the role ${role}`} in its first workspace now, where Git says ${spec.grants?.[0]?.role}. The operator looks at the roles of a workspace within the published hour (a minute or so here), and puts back what is in Git (Event RoleCorrected or RoleGranted).`,
  },
  unmap: {
    about: 'somebody deletes the guest’s mapping, and Fabric has forgotten it since',
    call: (mapping) => ({ method: 'DELETE', path: `/_sim/fabric/mappings/${mappingOf(mapping)}` }),
    told: 'The mapping is gone, and with it the principal. The operator maps the guest again (Event MappingLost), and gives the new principal its roles.',
  },
  recycle: {
    about: 'Fabric removes the guest’s principal, as after five days without a login',
    call: (mapping) => ({ method: 'DELETE', path: `/_sim/fabric/mappings/${mappingOf(mapping)}/principal` }),
    told: 'The principal is gone, and the mapping is not. The operator asks Fabric for another one (Event PrincipalRecycled), and gives it the roles of the old one.',
  },
};

const consentOf = ({ spec }: CrossTenantMapping) => `/_sim/fabric/consents/${spec.guest.tenantId}/${spec.tenantId}`;
const mappingOf = ({ status }: CrossTenantMapping) => known(status?.mappingId, 'it is not mapped yet');
const principalOf = ({ status }: CrossTenantMapping) => known(status?.principal?.id, 'its principal is not known yet');
const workspaceOf = ({ spec }: CrossTenantMapping) => known(spec.grants?.[0]?.workspaceId, 'it has no grants');

function known(id: string | undefined, why: string): string {
  if (id === undefined) throw new Error(why);
  return id;
}

/** Throws with the simulator's own sentence. */
export async function carryOut(controlUrl: string, ca: string, { method, path, body }: Call): Promise<void> {
  const dispatcher = new Agent({ connect: { ca } });
  try {
    const answer = await request(`${controlUrl}${path}`, {
      dispatcher,
      method,
      ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    const text = await answer.body.text();
    if (answer.statusCode >= 300) throw new Error(`${answer.statusCode} ${text}`);
  } finally {
    await dispatcher.close();
  }
}
