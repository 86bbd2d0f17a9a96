import { expect, test } from '@jest/globals';
import { grantNote } from '../../../controllers/cross-tenant-mapping/grants/desired-notes.ts';
import { createWorkspacePrivateLinkKind } from '../../../controllers/workspace-private-link/controller.ts';
import { workspacesNeededBy } from '../../../controllers/workspace-private-link/desired-needs.ts';
import type { Deps } from '../../../controllers/workspace-private-link/reading.ts';
import type { KubeObject } from '../../../operator/clients/kube/types.ts';

const [ONE, TWO, THREE] = ['1', '2', '3'].map((digit) => `${digit.repeat(7)}a-aaaa-4bbb-8ccc-dddddddddddd`) as [
  string,
  string,
  string,
];

const mapping = (spec: object, annotations: Record<string, string> = {}): KubeObject => ({
  apiVersion: 'fabriclink.dev/v1alpha1',
  kind: 'CrossTenantMapping',
  metadata: { name: 'guest', namespace: 'team', annotations },
  spec,
});
const note = (workspaceId: string) =>
  grantNote({
    how: 'created',
    role: 'Viewer',
    atMs: 0,
    askedAtMs: 0,
    workspaceId,
    principal: { id: THREE, type: 'ServicePrincipal' },
  });

test('a mapping needs the workspaces of its grants and of its connection strings', () => {
  const object = mapping({
    grants: [{ workspaceId: ONE.toUpperCase(), role: 'Viewer' }],
    connectionStrings: [
      { name: 'a', workspaceId: ONE },
      { name: 'b', workspaceId: TWO },
    ],
  });
  expect(workspacesNeededBy(object)).toEqual([ONE, TWO]);
});

test('and those in which a role of its own is still to be taken back, though the spec names them no more', () => {
  expect(workspacesNeededBy(mapping({ grants: [] }, note(ONE)))).toEqual([ONE]);
  expect(workspacesNeededBy(mapping({}, { 'fabriclink.dev/granted.short.x': 'created' }))).toEqual([]);
});

test('when that role is gone, the links of the workspace look again', () => {
  const { watches = [] } = createWorkspacePrivateLinkKind({} as Deps);
  const link: KubeObject = {
    apiVersion: 'fabriclink.dev/v1alpha1',
    kind: 'WorkspacePrivateLink',
    metadata: { name: 'sales', namespace: 'net' },
  };
  const indexed = (_index: string, value: string) => (value === ONE ? [link] : []);
  const keys = watches
    .filter(({ type }) => type.kind === 'CrossTenantMapping')
    .flatMap((watch) => watch.keys(mapping({ grants: [] }, note(ONE)), [], indexed));
  expect(keys).toEqual(['net/sales']);
});
