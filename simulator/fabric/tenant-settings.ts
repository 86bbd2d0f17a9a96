import { settled } from './effective.ts';
import type { TenantSetting } from './types.ts';

/** The names that the API uses: cloud-apis section 2.4 [O]; BlockAccessFromPublicNetworks as public tools for tenant settings spell it [O]. */
export const SETTING = {
  servicePrincipalAccess: 'ServicePrincipalAccessGlobalAPIs',
  adminRead: 'AllowServicePrincipalsUseReadAdminAPIs',
  adminWrite: 'AllowServicePrincipalsUseWriteAdminAPIs',
  inboundRules: 'WorkspaceBlockInboundAccess',
  outboundRules: 'WorkspaceBlockOutboundAccess',
  firewallRules: 'ConfigureWorkspaceLevelIPFirewallRules',
  /** "Block public internet access". */
  blockPublicInternet: 'BlockAccessFromPublicNetworks',
} as const;

type SettingName = (typeof SETTING)[keyof typeof SETTING];

const DEFINITIONS: { name: SettingName; title: string; group: string; enabled: boolean }[] = [
  {
    name: SETTING.servicePrincipalAccess,
    title: 'Service principals can call Fabric public APIs',
    group: 'Developer settings',
    enabled: true,
  },
  {
    name: SETTING.adminRead,
    title: 'Service principals can access read-only admin APIs',
    group: 'Admin API settings',
    enabled: false,
  },
  {
    name: SETTING.adminWrite,
    title: 'Service principals can access admin APIs used for updates',
    group: 'Admin API settings',
    enabled: false,
  },
  // Off by default (section 17): a fresh tenant cannot restrict a workspace.
  {
    name: SETTING.inboundRules,
    title: 'Configure workspace-level inbound network rules',
    group: 'Advanced networking',
    enabled: false,
  },
  {
    name: SETTING.outboundRules,
    title: 'Configure workspace-level outbound network rules',
    group: 'Advanced networking',
    enabled: false,
  },
  {
    name: SETTING.firewallRules,
    title: 'Configure workspace-level IP firewall rules',
    group: 'Advanced networking',
    enabled: false,
  },
  {
    name: SETTING.blockPublicInternet,
    title: 'Block public internet access',
    group: 'Advanced networking',
    enabled: false,
  },
];

/** The settings of a tenant that nobody has touched. */
export function untouchedSettings(): Record<string, TenantSetting> {
  return Object.fromEntries(
    DEFINITIONS.map(({ name, title, group, enabled }) => [
      name,
      {
        settingName: name,
        title,
        tenantSettingGroup: group,
        canSpecifySecurityGroups: name !== SETTING.blockPublicInternet,
        enabled: settled(enabled),
      },
    ]),
  );
}
