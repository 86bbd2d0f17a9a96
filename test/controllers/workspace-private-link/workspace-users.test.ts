import { expect, test } from '@jest/globals';
import { workspaceUsers } from '../../../controllers/workspace-private-link/access/observe.ts';
import type { KubeObject } from '../../../operator/clients/kube/types.ts';

/** Who needs workspace-scoped calls on a workspace: it is not closed while the operator has no path of its own to it. */

const FINANCE = 'f1a40000-0000-4000-8000-000000000002';
const REQUEST = `/subscriptions/s/resourceGroups/vnet-s-westeurope-1-rg/providers/Microsoft.Network/privateEndpoints/${FINANCE}.to-sales`;

type Context = Parameters<typeof workspaceUsers>[0];

const usersWith = (...objects: readonly KubeObject[]) =>
  workspaceUsers({
    pass: { cached: ({ kind }: { kind: string }) => objects.filter((one) => one.kind === kind) },
    desired: { workspaceId: FINANCE },
  } as unknown as Context);

/** Sales lists a request of finance; `note`: what has happened about it. */
const sales = (note?: string, workspaceId = FINANCE.toUpperCase()): KubeObject => ({
  apiVersion: 'fabriclink.dev/v1alpha1',
  kind: 'WorkspacePrivateLink',
  metadata: {
    namespace: 'stage',
    name: 'sales',
    ...(note !== undefined && { annotations: { 'fabriclink.dev/match.finance': `${REQUEST} ${note}` } }),
  },
  spec: {
    workspaceId: '5a1e0000-0000-4000-8000-000000000001',
    connections: [
      { name: 'finance', decision: 'Approve', source: { managedPrivateEndpoint: { workspaceId, name: 'to-sales' } } },
      { name: 'hub', decision: 'Approve', source: { privateEndpointId: REQUEST } },
    ],
  },
});
const AT = '2026-03-02T08:09:10.000Z';

test.each<[string, KubeObject, readonly string[]]>([
  ['watches a request of it', sales(`since=${AT}`), ['WorkspacePrivateLink stage/sales']],
  ['waits for its echo', sales(`since=${AT} approved=${AT}`), ['WorkspacePrivateLink stage/sales']],
  ['has its echo', sales(`approved=${AT} confirmed`), []],
  ['has taken its approval back', sales(`approved=${AT} revoked=${AT}`), []],
  ['is not asked yet', sales(), []],
  ['decides about another one', sales(`since=${AT}`, 'f1a40000-0000-4000-8000-000000000003'), []],
])('another object that %s', (_, object, users) => {
  expect(usersWith(object)).toEqual(users);
});

test.each(['Auto', 'Manual'])('a managed private endpoint of it, approval.mode %s', (mode) => {
  const metadata = { namespace: 'stage', name: 'to-sales' };
  const spec = { workspaceId: FINANCE, approval: { mode } };
  expect(usersWith({ apiVersion: 'fabriclink.dev/v1alpha1', kind: 'ManagedPrivateEndpoint', metadata, spec })).toEqual([
    'ManagedPrivateEndpoint stage/to-sales',
  ]);
});
