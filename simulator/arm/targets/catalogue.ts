import type { LinkTarget } from '../../connections.ts';

/** How one kind of Azure resource takes private endpoint connections. */
export type TargetKind = {
  /** As Azure spells it. */
  type: string;
  /** The groups of a resource of that name. A kind without sub-resources has one group without a name. */
  groups: (name: string) => LinkTarget['groups'];
  /** A decision is done with the answer, or by an operation (seen on SQL: 202, then about 105 s [O]). */
  decision: 'immediate' | 'operation';
  /** Refuses a decision on a connection that is not Pending (seen on SQL [O]). */
  decidesOnce: boolean;
};

const group = (groupId: string, ...fqdns: string[]) => ({
  groupId,
  members: [{ member: groupId || 'default', fqdns }],
});
const STORAGE_GROUPS = ['blob', 'dfs', 'file', 'queue', 'table', 'web'];

/** A few of the many types, for managed endpoints to anything but a workspace (cloud-apis section 12.1). */
export const TARGET_KINDS: readonly TargetKind[] = [
  {
    type: 'Microsoft.Storage/storageAccounts',
    groups: (name) => STORAGE_GROUPS.map((groupId) => group(groupId, `${name}.${groupId}.core.windows.net`)),
    decision: 'immediate',
    decidesOnce: false,
  },
  {
    type: 'Microsoft.KeyVault/vaults',
    groups: (name) => [group('vault', `${name}.vault.azure.net`)],
    decision: 'immediate',
    decidesOnce: false,
  },
  {
    type: 'Microsoft.Sql/servers',
    groups: (name) => [group('sqlServer', `${name}.database.windows.net`)],
    decision: 'operation',
    decidesOnce: true,
  },
  {
    type: 'Microsoft.Network/privateLinkServices',
    groups: () => [group('')],
    decision: 'immediate',
    decidesOnce: false,
  },
];
