import { describe, expect, test } from '@jest/globals';
import { Ajv } from 'ajv';
import { approvalWay, lookUpTarget } from '../../../controllers/managed-private-endpoint/desired-targets.ts';
import targets from '../../../controllers/managed-private-endpoint/targets.json' with { type: 'json' };
import { TARGET_KINDS } from '../../../simulator/arm/targets/catalogue.ts';

const GROUP = '/subscriptions/20000000-0000-4000-8000-000000000002/resourceGroups/rg-data/providers';
const STORAGE = `${GROUP}/Microsoft.Storage/storageAccounts/lake`;
const OWN_SERVICE = `${GROUP}/Microsoft.Network/privateLinkServices/api`;
const idOf = (type: string) => `${GROUP}/${type}/one`;

/** The rows of Fabric's table of supported data sources, 2026-08-20, by type; several services share a type. */
const DOCUMENTED = [
  'Microsoft.CognitiveServices/accounts',
  'Microsoft.Databricks/workspaces',
  'Microsoft.DBforMySQL/flexibleServers',
  'Microsoft.DBforPostgreSQL/flexibleServers',
  'Microsoft.DocumentDB/databaseAccounts',
  'Microsoft.Insights/privateLinkScopes',
  'Microsoft.KeyVault/vaults',
  'Microsoft.Kusto/clusters',
  'Microsoft.MachineLearningServices/workspaces',
  'Microsoft.Purview/accounts',
  'Microsoft.ApiManagement/service',
  'Microsoft.Search/searchServices',
  'Microsoft.Sql/servers',
  'Microsoft.Sql/managedInstances',
  'Microsoft.Storage/storageAccounts',
  'Microsoft.Synapse/workspaces',
  'Microsoft.Web/sites',
  'Microsoft.EventHub/namespaces',
  'Microsoft.Devices/IotHubs',
  'Microsoft.Network/privateLinkServices',
  'Microsoft.OpenEnergyPlatform/energyServices',
  // Of the page about other workspaces.
  'Microsoft.Fabric/privateLinkServicesForFabric',
];

const DATE = { type: 'string', pattern: String.raw`^20\d\d-\d\d-\d\d$` };
const TEXT = { type: 'string', minLength: 1 };
const URL = { type: 'string', pattern: '^https://(learn\\.microsoft\\.com|github\\.com/Azure)/' };
const TYPE = { type: 'string', pattern: String.raw`^Microsoft\.[A-Za-z]+(/[A-Za-z]+)+$` };
const object = (properties: Record<string, unknown>, optional: readonly string[] = []) => ({
  type: 'object',
  additionalProperties: false,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  properties,
});
const list = (items: unknown, minItems = 1) => ({ type: 'array', items, minItems, uniqueItems: true });
const ENTRY = {
  type: TYPE,
  name: TEXT,
  subresources: list({ type: 'string', pattern: '^[A-Za-z][A-Za-z_]*$' }, 0),
  cli: { enum: ['privateEndpointConnection', 'postgresFlexibleServer', 'rest', 'none'] },
  omitSubresource: { const: true },
  apiVersion: { type: 'string', pattern: String.raw`^20\d\d-\d\d-\d\d(-preview)?$` },
  connectionsIn: { enum: ['own', 'resource'] },
  decidesOnce: { const: true },
  portal: TEXT,
  note: TEXT,
  source: URL,
  asOf: DATE,
};
const OPTIONAL = ['omitSubresource', 'apiVersion', 'connectionsIn', 'decidesOnce', 'portal', 'note', 'source', 'asOf'];
const SCHEMA = object({
  asOf: DATE,
  source: URL,
  sources: list(object({ what: TEXT, source: URL, asOf: DATE })),
  portal: TEXT,
  targets: list(object(ENTRY, OPTIONAL)),
  notSupported: list(object({ type: TYPE, name: TEXT, why: TEXT, source: URL, asOf: DATE })),
  usedBy: list(
    object({ items: TEXT, types: { anyOf: [{ const: 'every type' }, list(TYPE)] }, source: URL, asOf: DATE }),
  ),
});

describe('the dated catalogue of targets', () => {
  test('is well-formed', () => {
    const ajv = new Ajv({ allErrors: true, strict: false });
    expect(ajv.validate(SCHEMA, targets) ? [] : ajv.errors).toEqual([]);
  });

  test('holds every documented type once, in order, and nothing else', () => {
    const types = targets.targets.map(({ type }) => type);
    expect(types).toEqual(DOCUMENTED.toSorted((one, other) => (one < other ? -1 : 1)));
  });

  test('says for each type either how it is approved or that only the portal does it', () => {
    const manual = targets.targets.filter(({ apiVersion, cli }) => (apiVersion === undefined) !== (cli === 'none'));
    expect(manual).toEqual([]);
    expect(targets.targets.filter(({ cli }) => cli === 'none').map(({ name }) => name)).toEqual([
      'Azure Data Manager for Energy',
    ]);
  });

  test('agrees with the simulated resources about sub-resources', () => {
    for (const { type, groups, decidesOnce } of TARGET_KINDS) {
      const look = lookUpTarget(idOf(type));
      const ids = groups('one').flatMap(({ groupId }) => (groupId === '' ? [] : [groupId]));
      expect({ type, missing: ids.filter((id) => !look.subresources.includes(id)) }).toEqual({ type, missing: [] });
      expect({ type, decidesOnce: look.approval?.decidesOnce }).toEqual({ type, decidesOnce });
    }
  });

  test('is all that eventstreams are said to use', () => {
    const used = targets.usedBy.flatMap(({ types }) => (typeof types === 'string' ? [] : types));
    expect(used.filter((type) => !lookUpTarget(idOf(type)).known)).toEqual([]);
  });
});

describe('a target is looked up', () => {
  test('by its id, whatever the case', () => {
    expect(lookUpTarget(STORAGE.toUpperCase(), 'DFS')).toMatchObject({
      known: true,
      name: 'Azure Storage',
      subresource: 'dfs',
      approval: { apiVersion: '2023-01-01', connectionsIn: 'own', decidesOnce: false },
      warnings: [],
    });
    expect(lookUpTarget(idOf('Microsoft.Devices/IotHubs')).approval?.connectionsIn).toBe('resource');
  });

  test('and its only sub-resource is named when none was asked for', () => {
    expect(lookUpTarget(idOf('Microsoft.KeyVault/vaults'))).toMatchObject({ subresource: 'vault', warnings: [] });
    const service = idOf('Microsoft.Fabric/privateLinkServicesForFabric');
    expect(lookUpTarget(service)).toMatchObject({ subresource: 'workspace', warnings: [] });
  });

  test('and one of several is wanted', () => {
    const { subresource, warnings } = lookUpTarget(STORAGE);
    expect(subresource).toBeUndefined();
    expect(warnings).toEqual([expect.stringContaining('Azure Storage has blob, blob_secondary, dfs')]);
  });

  test('and a sub-resource is left out where there is none', () => {
    expect(lookUpTarget(OWN_SERVICE)).toMatchObject({ subresource: undefined, warnings: [] });
    const asked = lookUpTarget(OWN_SERVICE, 'api');
    expect(asked.subresource).toBeUndefined();
    expect(asked.warnings).toEqual([expect.stringContaining('"api" is left out')]);
  });

  test('and what is not listed is warned about and sent as asked', () => {
    const typo = lookUpTarget(STORAGE, 'blobs');
    expect(typo.subresource).toBe('blobs');
    expect(typo.warnings).toEqual([expect.stringMatching(/"blobs" is not among .*fails minutes later/)]);
    const novel = lookUpTarget(`${GROUP}/Microsoft.Novel/things/one/parts/two`, 'part');
    expect(novel).toMatchObject({ type: 'Microsoft.Novel/things/parts', known: false, subresource: 'part' });
    expect(novel.approval).toBeUndefined();
    expect(novel.warnings).toEqual([expect.stringContaining('Microsoft.Novel/things/parts is not among')]);
    const tenant = lookUpTarget(idOf('Microsoft.PowerBI/privateLinkServicesForPowerBI'));
    expect(tenant.warnings).toEqual([expect.stringContaining('of the Fabric tenant is not supported')]);
  });

  test.each(['', 'lake', '/subscriptions/x', `${GROUP}/Microsoft.Storage`])('even when "%s" is no id', (id) => {
    expect(lookUpTarget(id)).toMatchObject({ type: id, known: false });
  });
});

describe('whoever approves is told', () => {
  test('where, and the command', () => {
    expect(approvalWay(STORAGE, 'c1')).toEqual({
      place: 'Azure portal: Private Link Center > Pending connections',
      command: `az network private-endpoint-connection approve --id "${STORAGE}/privateEndpointConnections/c1" --description "<why>"`,
    });
    const server = approvalWay(idOf('Microsoft.Sql/servers'));
    expect(server.place).toBe('Azure portal: the SQL server > Networking > Private access');
    expect(server.command).toContain('/privateEndpointConnections/<name of the connection>"');
    const postgres = approvalWay(idOf('Microsoft.DBforPostgreSQL/flexibleServers'));
    expect(postgres.command).toMatch(/^az postgres flexible-server private-endpoint-connection approve --id /);
  });

  test('the whole request where az has no command of its own', () => {
    const { command = '' } = approvalWay(idOf('Microsoft.Fabric/privateLinkServicesForFabric'), 'c1');
    const [, url = '', body = ''] = /--url "(.*)" --body '(.*)'$/.exec(command) ?? [];
    expect(url).toMatch(/^\/subscriptions\/.*\/c1\?api-version=2024-06-01$/);
    expect(JSON.parse(body)).toEqual({
      properties: {
        privateLinkServiceConnectionState: { status: 'Approved', description: '<why>', actionsRequired: 'None' },
      },
    });
  });

  test('the portal alone where nothing else is known', () => {
    const place = 'Azure portal: Private Link Center > Pending connections';
    expect(approvalWay(idOf('Microsoft.OpenEnergyPlatform/energyServices'))).toEqual({ place, command: undefined });
    expect(approvalWay(idOf('Microsoft.Novel/things'))).toEqual({ place, command: undefined });
  });
});
