import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { aCrossTenantMapping, aManagedPrivateEndpoint, aWorkspacePrivateLink, workspaceId } from './builders.ts';
import type { Running } from './judge.ts';
import { crds, type Manifest, type Schema, schemaOf, schemasBelow } from './manifests.ts';

const run = promisify(execFile);
const NAMESPACE = 'kubectl';

const at = '2026-01-01T00:00:00Z';
const waiting = {
  type: 'Ready',
  status: 'False',
  reason: 'ApprovalPending',
  message: 'waits',
  lastTransitionTime: at,
  observedGeneration: 1,
};

/** One object a kind, with the status that its columns show. */
const shown: Record<string, { manifest: Manifest; narrow: string[]; wide: string[]; row: RegExp }> = {
  WorkspacePrivateLink: {
    manifest: {
      ...aWorkspacePrivateLink('shown'),
      status: {
        phase: 'Endpoint.Approval.Waiting',
        nextStep: 'A person approves.',
        access: { inbound: 'Allow', outbound: 'Deny' },
        conditions: [waiting],
      },
    },
    narrow: ['NAME', 'READY', 'PHASE', 'REASON', 'INBOUND', 'AGE'],
    wide: ['OUTBOUND', 'WORKSPACE', 'NEXT STEP'],
    row: /^shown +False +Endpoint\.Approval\.Waiting +ApprovalPending +Allow +\d+s +Deny +\S{36} +A person approves\./m,
  },
  ManagedPrivateEndpoint: {
    manifest: {
      ...aManagedPrivateEndpoint('shown'),
      status: {
        phase: 'Approval.Waiting',
        nextStep: 'A person approves.',
        connection: { status: 'Pending' },
        targetResourceId: '/target',
        conditions: [waiting],
      },
    },
    narrow: ['NAME', 'READY', 'STATE', 'REASON', 'AGE'],
    wide: ['PHASE', 'WORKSPACE', 'TARGET', 'NEXT STEP'],
    row: /^shown +False +Pending +ApprovalPending +\d+s +Approval\.Waiting +\S{36} +\/target +A person approves\./m,
  },
  CrossTenantMapping: {
    manifest: {
      ...aCrossTenantMapping('shown'),
      status: {
        phase: 'Grants.Waiting',
        nextStep: 'Fabric expands the group.',
        guest: 'analysts',
        access: 'Viewer in 1',
        principal: { id: 'p-1' },
        conditions: [waiting],
      },
    },
    narrow: ['NAME', 'READY', 'GUEST', 'TYPE', 'ACCESS', 'REASON', 'AGE'],
    wide: ['GUEST TENANT', 'PRINCIPAL', 'PHASE', 'NEXT STEP'],
    row: /^shown +False +analysts +Group +Viewer in 1 +ApprovalPending +\d+s +\S{36} +p-1 +Grants\.Waiting +Fabric expands the group\./m,
  },
};

/** What a person sees. */
export function describeKubectl(running: Running, kubectl: string): void {
  const ask = async (...args: string[]) => {
    const { stdout } = await run(kubectl, ['--kubeconfig', running.kubeconfigPath, '--namespace', NAMESPACE, ...args]);
    return stdout;
  };

  describe('kubectl', () => {
    beforeAll(async () => {
      await running.client.createNamespace(NAMESPACE);
      for (const { manifest } of Object.values(shown)) {
        const { body } = await running.client.create(manifest, NAMESPACE);
        const written = await running.client.replaceStatus(
          { ...(body as Manifest), status: manifest.status },
          NAMESPACE,
        );
        expect(written).toMatchObject({ status: 200 });
      }
    });

    test.each(crds.map(({ spec }) => [spec.names.shortNames[0]!, spec.names.kind] as const))(
      'get %s shows the state at a glance',
      async (shortName, kind) => {
        const { narrow, wide, row } = shown[kind]!;
        const [header] = (await ask('get', shortName)).split('\n');
        expect(header!.trim().split(/ {2,}/)).toEqual(narrow);
        const whole = await ask('get', shortName, '-o', 'wide');
        expect(whole.split('\n')[0]!.trim().split(/ {2,}/)).toEqual([...narrow, ...wide]);
        expect(whole).toMatch(row);
      },
    );

    test('get fabric lists all kinds', async () => {
      const names = await ask('get', 'fabric', '-o', 'name');
      const expected = crds.map(({ spec }) => `${spec.names.singular}.fabriclink.dev/shown`);
      expect(names.trim().split('\n').toSorted()).toEqual(expected.toSorted());
    });

    test('get --field-selector finds the object of a workspace', async () => {
      await running.client.create(
        aWorkspacePrivateLink('other', { workspaceId: workspaceId.replace('cf', 'ab') }),
        NAMESPACE,
      );
      const found = await ask('get', 'wpl', '-o', 'name', '--field-selector', `spec.workspaceId=${workspaceId}`);
      expect(found.trim()).toBe('workspaceprivatelink.fabriclink.dev/shown');
    });

    describe.each(crds.map((crd) => [crd.spec.names.plural, crd] as const))('explain %s', (plural, crd) => {
      test('--recursive names every field', async () => {
        const text = await ask('explain', plural, '--recursive');
        const fields = [...schemasBelow(schemaOf(crd))].map(({ path }) =>
          path
            .split('.')
            .at(-1)!
            .replace(/[[\]{}]+$/, ''),
        );
        const missing = new Set(
          fields.filter((field) => field !== '' && !new RegExp(`^ *${field}\\t`, 'm').test(text)),
        );
        expect([...missing]).toEqual([]);
      });

      test('tells what a field means', async () => {
        const spec = schemaOf(crd).properties?.spec as Schema;
        const text = (await ask('explain', `${plural}.spec.tenantId`)).replaceAll(/\s+/g, ' ');
        expect(text).toContain(spec.properties!.tenantId!.description!);
      });
    });
  });
}
