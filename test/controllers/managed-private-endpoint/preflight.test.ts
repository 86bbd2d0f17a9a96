import { readFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { desiredOf } from '../../../controllers/managed-private-endpoint/desired.ts';
import { preflightOf } from '../../../controllers/managed-private-endpoint/desired-preflight.ts';
import limitations from '../../../controllers/managed-private-endpoint/limitations.json' with { type: 'json' };
import type { ManagedPrivateEndpoint } from '../../../controllers/managed-private-endpoint/types.ts';

const SERVICE = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Fabric/privateLinkServicesForFabric/sales';
const SALES = '5a1e0000-0000-4000-8000-000000000001';
const TEXT = { type: 'string', minLength: 1 };
const WHEN = ['always', 'workspaceTarget', 'fqdns', 'types', 'workspace', 'endpoint', 'capacity'];
const SCHEMA = {
  type: 'object',
  required: ['code', 'severity', 'when', 'message', 'remedy', 'source', 'asOf'],
  additionalProperties: false,
  properties: {
    code: { type: 'string', pattern: '^[A-Z][A-Za-z]+$' },
    severity: { enum: ['Blocks', 'Degrades'] },
    when: { type: 'object', minProperties: 1, propertyNames: { enum: WHEN } },
    message: TEXT,
    remedy: TEXT,
    source: { type: 'string', pattern: '^https://learn\\.microsoft\\.com/' },
    asOf: { type: 'string', pattern: String.raw`^20\d\d-\d\d-\d\d$` },
  },
};

const wanted = (target: object) =>
  desiredOf({
    metadata: { name: 'to-sales', namespace: 'team', uid: 'u' },
    spec: { tenantId: 't', workspaceId: 'F1A40000-0000-4000-8000-000000000002', target },
  } as unknown as ManagedPrivateEndpoint);
const resource = (type: string, more = {}) =>
  wanted({ privateLinkResourceId: `/subscriptions/s/resourceGroups/g/providers/${type}/one`, ...more });
const codes = (about: Parameters<typeof preflightOf>[0]) => preflightOf(about).map(({ code }) => code);
const ALWAYS = [
  'StarterPoolsStop',
  'WorkspaceStaysInRegion',
  'RegionNeedsDataEngineering',
  'CapacityNeeded',
  'NothingCanBeChanged',
];

describe('the preflight of a managed private endpoint', () => {
  test('is well-formed data, each with its page and date', () => {
    const ajv = new Ajv({ allErrors: true, strict: false });
    const broken = limitations.limitations.filter((one) => !ajv.validate(SCHEMA, one));
    expect(broken).toEqual([]);
  });

  test('says by the spec alone what the endpoint changes in its workspace', () => {
    expect(codes({ desired: resource('Microsoft.KeyVault/vaults') })).toEqual(ALWAYS);
    const [first] = preflightOf({ desired: resource('Microsoft.KeyVault/vaults') });
    expect(first).toMatchObject({ severity: 'Degrades', item: 'workspace f1a40000-0000-4000-8000-000000000002' });
    expect(first!.message).toContain('Spark starter pools');
    expect(first!.message).toMatch(/\(https:\/\/learn\.microsoft\.com\/\S+, 2025-05-12\)$/);
  });

  test.each<[string, Parameters<typeof preflightOf>[0], readonly string[]]>([
    [
      'another workspace, by its link',
      { desired: wanted({ workspacePrivateLinkRef: { name: 'sales' } }) },
      ['NotebookNeedsOwnHost', 'OnlySupportedUses'],
    ],
    [
      'another workspace, by its service',
      { desired: wanted({ privateLinkResourceId: SERVICE }) },
      ['NotebookNeedsOwnHost', 'OnlySupportedUses'],
    ],
    [
      'storage',
      { desired: resource('Microsoft.Storage/storageAccounts', { subresource: 'dfs' }) },
      ['ShortcutsMissStorage', 'SubresourcesApart'],
    ],
    [
      'a service with host names',
      { desired: resource('Microsoft.Network/privateLinkServices', { fqdns: ['a.example'] }) },
      ['HostNamesUndocumented'],
    ],
    [
      'what the documentation does not list',
      { desired: resource('Microsoft.Unknown/things') },
      ['TargetNotDocumented'],
    ],
  ])('of %s says what belongs to it', (_what, about, added) => {
    expect(codes(about).filter((code) => !ALWAYS.includes(code))).toEqual(added);
    expect(preflightOf(about).filter(({ severity }) => severity === 'Blocks')).toEqual([]);
  });

  test('blocks only what really never can work', () => {
    const blocking = (about: Parameters<typeof preflightOf>[0]) =>
      preflightOf(about)
        .filter(({ severity }) => severity === 'Blocks')
        .map(({ code }) => code);
    const desired = wanted({ privateLinkResourceId: SERVICE });
    const target = { id: SERVICE, scope: undefined, workspaceId: SALES, warnings: [], facts: { workspace: 'own' } };
    expect(blocking({ desired, target })).toEqual(['SourceIsTarget']);
    expect(blocking({ desired, endpoint: { facts: { endpoint: 'unsupported' } } })).toEqual(['CapacityUnsupported']);
    expect(blocking({ desired: resource('Microsoft.PowerBI/privateLinkServicesForPowerBI') })).toEqual([
      'TenantTargetUnsupported',
    ]);
    expect(blocking({ desired, target: { ...target, facts: { workspace: 'other' } } })).toEqual([]);
  });

  test('names the host that notebooks need as soon as the workspace is known', () => {
    const desired = wanted({ workspacePrivateLinkRef: { name: 'sales' } });
    const facts = { workspace: 'asExpected' };
    const target = { id: SERVICE, scope: undefined, workspaceId: SALES, warnings: [], facts };
    const said = (about: Parameters<typeof preflightOf>[0]) =>
      preflightOf(about).find(({ code }) => code === 'NotebookNeedsOwnHost');
    expect(said({ desired, target })).toMatchObject({ item: SERVICE });
    expect(said({ desired, target })!.message).toContain(
      '5a1e0000000040008000000000000001.z5a.onelake.fabric.microsoft.com',
    );
    expect(said({ desired })!.message).not.toContain('<host>');
  });

  test('keeps within what the API takes, and stands on the page', async () => {
    const crd = parse(await readFile('crds/managedprivateendpoints.yaml', 'utf8'));
    const { preflight } = crd.spec.versions[0].schema.openAPIV3Schema.properties.status.properties;
    expect(limitations.limitations.length).toBeLessThan(preflight.maxItems);
    const longest = Math.max(
      ...limitations.limitations.map(({ message, remedy, source }) => message.length + remedy.length + source.length),
    );
    expect(longest + 100).toBeLessThan(preflight.items.properties.message.maxLength);
    const page = await readFile('docs/managed-private-endpoint.md', 'utf8');
    const missing = limitations.limitations.filter(
      ({ message, remedy, source, asOf, code }) =>
        !page.includes(`| \`${code}\` | ${message.replace('<host>', '')}; ${remedy} | [${asOf}](${source}) |`),
    );
    expect(missing).toEqual([]);
  });
});
