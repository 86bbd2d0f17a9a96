import { describe, expect, test } from '@jest/globals';
import type { ApiClient } from './api-client.ts';
import { anEndpoint, aService, aWorkspacePrivateLink, workspaceId } from './builders.ts';
import type { Running } from './judge.ts';
import type { Manifest } from './manifests.ts';

type Spec = Record<string, unknown>;
type Stored = Manifest & { metadata: { generation: number; resourceVersion: string } };

const NAMESPACE = 'judge';

async function created(client: ApiClient, manifest: Manifest): Promise<Stored> {
  const answer = await client.create(manifest, NAMESPACE);
  expect(answer).toMatchObject({ status: 201 });
  return answer.body as Stored;
}

/** Changes that must go through: what Azure can do, and what is no change at all. */
const allowed: Record<string, { before: Spec; after: Spec }> = {
  'GUIDs and names may change case, which means nothing to Azure': {
    before: { service: aService({ name: 'pls-sales' }), endpoints: [anEndpoint('hub', { resourceName: 'pe-sales' })] },
    after: {
      workspaceId: workspaceId.toUpperCase(),
      service: aService({ resourceGroup: 'RG-Fabric', name: 'PLS-sales' }),
      endpoints: [anEndpoint('hub', { resourceName: 'PE-sales', resourceGroup: 'RG-NETWORK' })],
    },
  },
  'an endpoint moves by removing its entry and adding another name': {
    before: { endpoints: [anEndpoint('hub')] },
    after: { endpoints: [anEndpoint('hub-north', { location: 'northeurope', resourceGroup: 'rg-other' })] },
  },
  'entries may change places': {
    before: { endpoints: [anEndpoint('a', { location: 'westeurope' }), anEndpoint('b', { location: 'northeurope' })] },
    after: { endpoints: [anEndpoint('b', { location: 'northeurope' }), anEndpoint('a', { location: 'westeurope' })] },
  },
  'DNS, tags, credentials and policies of an endpoint may change': {
    before: { endpoints: [anEndpoint('hub', { dns: { mode: 'ZoneGroup' }, tags: { a: '1' } })] },
    after: {
      endpoints: [
        anEndpoint('hub', {
          dns: { mode: 'Records', verify: { mode: 'None' } },
          tags: { b: '2' },
          recreatePolicy: 'OnRejection',
          credentialsRef: { name: 'other' },
        }),
      ],
    },
  },
  'denied access may be allowed again, or be left unmanaged together with its endpoints': {
    before: {
      endpoints: [anEndpoint('hub', { dns: { mode: 'ZoneGroup' } })],
      inbound: { publicAccess: 'Deny', onDelete: 'Keep' },
    },
    after: {},
  },
};

/** Updates, status and who owns which field. */
export function describeUpdates(running: Running): void {
  describe('lets', () => {
    const named = Object.entries(allowed).map(([name, change], index) => ({ name, index, ...change }));
    test.each(named)('$name', async ({ index, before, after }) => {
      const stored = await created(running.client, aWorkspacePrivateLink(`allowed-${index}`, before));
      const next = { ...aWorkspacePrivateLink(`allowed-${index}`, after), metadata: stored.metadata };
      expect(await running.client.replace(next, NAMESPACE)).toMatchObject({ status: 200, body: { spec: after } });
    });

    test('two appliers own one endpoint each, because the list is keyed by name', async () => {
      const object = (endpoint: string) => aWorkspacePrivateLink('shared', { endpoints: [anEndpoint(endpoint)] });
      expect(await running.client.apply(object('a'), NAMESPACE, 'team-a')).toMatchObject({ status: 201 });
      expect(await running.client.apply(object('b'), NAMESPACE, 'team-b')).toMatchObject({
        status: 200,
        body: { spec: { endpoints: [{ name: 'a' }, { name: 'b' }] } },
      });
    });
  });

  describe('keeps apart', () => {
    test('spec and status: each subresource leaves the other alone, and only the spec counts generations', async () => {
      const stored = await created(running.client, aWorkspacePrivateLink('apart'));
      const status = { phase: 'Service.Waiting', nextStep: 'Azure creates the private link service.' };
      const written = await running.client.replaceStatus(
        { ...stored, spec: { ...stored.spec, registerProviders: true }, status },
        NAMESPACE,
      );
      expect(written).toMatchObject({
        status: 200,
        body: { metadata: { generation: 1 }, spec: { registerProviders: false }, status },
      });
      const next = { ...(written.body as Stored), status: { phase: 'Lie' } };
      const updated = await running.client.replace(
        { ...next, spec: { ...next.spec, registerProviders: true } },
        NAMESPACE,
      );
      expect(updated).toMatchObject({
        status: 200,
        body: { metadata: { generation: 2 }, spec: { registerProviders: true }, status },
      });
    });

    test('what is known and what is not: an unknown field is refused to the strict and dropped for the others', async () => {
      const misspelt = aWorkspacePrivateLink('misspelt', { inbund: { publicAccess: 'Deny' } });
      const strict = await running.client.create(misspelt, NAMESPACE);
      expect(strict).toMatchObject({ status: 400 });
      expect((strict.body as { message: string }).message).toContain('unknown field "spec.inbund"');
      const lenient = await running.client.call(
        'POST',
        `/apis/fabriclink.dev/v1alpha1/namespaces/${NAMESPACE}/workspaceprivatelinks`,
        misspelt,
      );
      expect(lenient.status).toBe(201);
      expect((lenient.body as Manifest).spec).not.toHaveProperty('inbund');
    });
  });
}
