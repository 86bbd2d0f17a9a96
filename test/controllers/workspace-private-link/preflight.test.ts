import { describe, expect, test } from '@jest/globals';
import { findings, type Surroundings } from '../../../controllers/workspace-private-link/access/desired-preflight.ts';
import limitations from '../../../controllers/workspace-private-link/access/limitations.json' with { type: 'json' };
import eligibility from '../../../controllers/workspace-private-link/eligibility.json' with { type: 'json' };
import { blocked } from './fake-cloud.ts';
import { anEndpoint, aWorkspacePrivateLink, aWorld, DENY, live, WORKSPACE } from './living.ts';

/** The documentation's own tables, row by row: a row that is not in the data, or a row of the data that is in no table, fails. */
const LIMITATION_ROWS: Record<string, string> = {
  'OneLake Security': 'OneLakeSecurityUnsupported',
  'Workspace monitoring': 'WorkspaceMonitoringUnsupported',
  'OneLake Catalog - Govern tab': 'GovernTabUnavailable',
  'Deployment pipelines': 'DeploymentPipelinesUnsupported',
  'Item sharing': 'SharedLinksStop',
  'Spark friendly names': 'SparkFriendlyNamesFail',
  'Shortcut transforms': 'ShortcutTransformsUnsupported',
  SSMS: 'SsmsThroughPrivateHost',
  'Monitoring hub Level 2 deeplinks': 'MonitoringHubDeepLinks',
  'Eventstream: Custom Endpoint source/destination': 'EventstreamCustomEndpointUnsupported',
  'Eventstream: Eventhouse direct ingestion destination': 'EventstreamDirectIngestionUnsupported',
  'Eventstream: Activator destination': 'EventstreamActivatorUnsupported',
  'Eventhouse: Eventstream consumption': 'EventhouseEventstreamUnsupported',
  'Eventhouse: SQL Server TDS endpoints': 'EventhouseTdsUnsupported',
  'Mirroring (most types)': 'MirroringPauses',
  'Power Platform Dataflow Connector between workspace dataflows': 'DataflowConnectorUnsupported',
  'Dataflow Gen2 VNet gateway': 'DataflowGatewayMustShareNetwork',
  'Workspace staging (Copy activity)': 'WorkspaceStagingUnsupported',
  'Copy to Eventhouse': 'CopyToEventhouseUnsupported',
  // Of the sections around that table.
  'Fabric portal access when public blocked': 'PortalNeedsPrivateNetwork',
  'Combining Inbound + Outbound Protection': 'PolicyNotInPortal',
  'Cross-Workspace Access': 'CrossWorkspaceNeedsManagedEndpoint',
};
const ELIGIBILITY_ROWS: Record<string, string> = {
  'Deployment Pipelines': 'InDeploymentPipeline',
  'Default Semantic Models': 'DefaultSemanticModelSuspect',
  'Supported Item Types': 'NotListedAsSupported',
  'SKU requirement': 'CapacityNotEligible',
};
const SUPPORTED_ROWS: Record<string, string[]> = {
  'Lakehouse, SQL Endpoint, Shortcut': ['Lakehouse', 'SQLEndpoint', 'Shortcut'],
  'Direct connection via OneLake endpoint': [],
  'Notebook, Spark Job Definition, Environment': ['Notebook', 'SparkJobDefinition', 'Environment'],
  'Machine learning experiment, machine learning model': ['MLExperiment', 'MLModel'],
  'Pipeline, Copy Job, Mounted Data Factory': ['DataPipeline', 'CopyJob', 'MountedDataFactory'],
  Warehouse: ['Warehouse', 'WarehouseSnapshot'],
  'Dataflows Gen2 (CI/CD)': ['Dataflow'],
  'Variable library': ['VariableLibrary'],
  'Mirrored database': ['MirroredDatabase'],
  Eventstream: ['Eventstream'],
  Eventhouse: ['Eventhouse', 'KQLDatabase'],
};

const ALL = [...eligibility.findings, ...limitations.limitations];

describe('the dated data', () => {
  const codes = (list: readonly { row: string; code: string }[]) =>
    Object.fromEntries(list.map(({ row, code }) => [row, code]));

  test('holds every documented limitation, and nothing else', () => {
    expect(codes(limitations.limitations)).toEqual(LIMITATION_ROWS);
  });

  test('holds every rule about what blocks or is suspected, and nothing else', () => {
    expect(codes(eligibility.findings)).toEqual(ELIGIBILITY_ROWS);
  });

  test('holds every supported item type, and nothing else', () => {
    expect(Object.fromEntries(eligibility.itemTypes.map(({ row, types }) => [row, types]))).toEqual(SUPPORTED_ROWS);
    expect(eligibility.itemTypes.filter(({ limited }) => limited).map(({ row }) => row)).toEqual([
      'Dataflows Gen2 (CI/CD)',
      'Mirrored database',
      'Eventstream',
      'Eventhouse',
    ]);
  });

  test('names each finding once', () => {
    expect(new Set(ALL.map(({ code }) => code)).size).toBe(ALL.length);
  });

  const WHEN = [
    'always',
    'items',
    'outbound',
    'gateway',
    'pipelineStage',
    'capacity',
    'defaultSemanticModel',
    'itemTypeNotListed',
  ];
  test.each(ALL.map((finding) => [finding.code, finding] as const))('%s is complete', (_, finding) => {
    const { suspect, ...plain } = finding as typeof finding & { suspect?: boolean };
    expect([undefined, true]).toContain(suspect);
    expect(Object.keys(plain).toSorted()).toEqual(
      ['asOf', 'code', 'message', 'remedy', 'row', 'severity', 'source', 'when'].toSorted(),
    );
    expect(finding.code).toMatch(/^[A-Z][A-Za-z]+$/);
    expect(['Blocks', 'Degrades']).toContain(finding.severity);
    expect(finding.source).toMatch(/^https:\/\/learn\.microsoft\.com\//);
    expect(finding.asOf).toMatch(/^\d{4}-\d\d-\d\d$/);
    const conditions = Object.keys(finding.when);
    expect(conditions.length).toBeGreaterThan(0);
    expect(WHEN).toEqual(expect.arrayContaining(conditions));
    for (const text of [finding.message, finding.remedy]) {
      expect(text.length).toBeGreaterThan(10);
      expect(text).not.toMatch(/[.;]$/);
    }
    expect(`${finding.message}; ${finding.remedy}`.length).toBeLessThanOrEqual(1024);
  });

  test('applies each finding to something', () => {
    const items = [...eligibility.itemTypes.flatMap(({ types }) => types), 'Report'].map((type) => ({
      displayName: type,
      type,
    }));
    const found = findings({
      ...about,
      spec: aWorkspacePrivateLink({ outbound: { publicAccess: 'Deny' } }).spec,
      capacity: 'trial',
      stages: [WORKSPACE.toUpperCase()],
      items: [...items, { displayName: 'Lakehouse', type: 'SemanticModel' }],
    });
    expect([...new Set(found.map(({ code }) => code))].toSorted()).toEqual(ALL.map(({ code }) => code).toSorted());
  });
});

const about: Surroundings = { spec: aWorkspacePrivateLink().spec, capacity: 'eligible', items: [], stages: [] };
const codesOf = (changes: Partial<Surroundings>) => findings({ ...about, ...changes }).map(({ code }) => code);

describe('what is found', () => {
  test('for an empty workspace is what concerns everybody', () => {
    expect(codesOf({})).toEqual(
      limitations.limitations
        .filter(({ when }) => 'always' in when)
        .map(({ code }) => code)
        .toSorted(),
    );
  });

  test.each([
    [
      'outbound Deny',
      { spec: aWorkspacePrivateLink({ outbound: { publicAccess: 'Deny' } }).spec },
      'PolicyNotInPortal',
    ],
    [
      'an endpoint for a data gateway',
      {
        spec: aWorkspacePrivateLink({
          endpoints: [anEndpoint('hub', { gateway: { gatewayId: WORKSPACE } })],
        }).spec,
      },
      'DataflowGatewayMustShareNetwork',
    ],
  ] as const)('for %s is said without any item', (_, changes, code) => {
    expect(codesOf({})).not.toContain(code);
    expect(codesOf(changes)).toContain(code);
  });

  test('names suspects one by one, with their types, and others together', () => {
    const found = findings({
      ...about,
      items: [
        { displayName: 'orders', type: 'Warehouse' },
        { displayName: 'orders', type: 'SemanticModel' },
        { displayName: 'own model', type: 'SemanticModel' },
        ...['d', 'a', 'c', 'b'].map((displayName) => ({ displayName, type: 'Eventstream' })),
      ],
    });
    expect(found.filter(({ suspect }) => suspect).map(({ code, item }) => [code, item])).toEqual([
      ['DefaultSemanticModelSuspect', 'orders (SemanticModel)'],
      ['NotListedAsSupported', 'own model (SemanticModel)'],
    ]);
    expect(found.find(({ code }) => code === 'EventstreamCustomEndpointUnsupported')?.item).toBe(
      'a (Eventstream), b (Eventstream), c (Eventstream) and 1 more',
    );
  });

  test('comes in one order, whatever order the items come in: what blocks, whom we suspect, what degrades', () => {
    const items = [
      { displayName: 'r', type: 'Report' },
      { displayName: 'orders', type: 'SemanticModel' },
      { displayName: 'orders', type: 'Lakehouse' },
      { displayName: 'a', type: 'Report' },
    ];
    const stages = [WORKSPACE];
    const found = findings({ ...about, items, stages, capacity: 'none' });
    expect(found).toEqual(findings({ ...about, items: items.toReversed(), stages, capacity: 'none' }));
    expect(found.slice(0, 5).map(({ code, item }) => (item === undefined ? code : `${code} ${item}`))).toEqual([
      'CapacityNotEligible',
      'InDeploymentPipeline',
      'DefaultSemanticModelSuspect orders (SemanticModel)',
      'NotListedAsSupported a (Report)',
      'NotListedAsSupported r (Report)',
    ]);
    expect(found.slice(5).every(({ severity, suspect }) => severity === 'Degrades' && !suspect)).toBe(true);
  });
});

describe('status.preflight', () => {
  const lines = (living: ReturnType<typeof live>) =>
    living.report.status['preflight'] as { code: string; severity: string; item?: string; message: string }[];

  test('holds fifty at most, what blocks first, and only what the API knows', async () => {
    const world = aWorld({
      pipelines: [WORKSPACE],
      items: Array.from({ length: 90 }, (_, index) => ({
        id: String(index),
        displayName: `report ${String(index).padStart(2, '0')}`,
        type: 'Report',
      })),
    });
    const living = live(world, aWorkspacePrivateLink({ inbound: DENY }));
    await living.settle();
    expect(lines(living)).toHaveLength(50);
    expect(lines(living)[0]).toMatchObject({ code: 'InDeploymentPipeline', severity: 'Blocks' });
    expect(lines(living)[49]).toMatchObject({ code: 'NotListedAsSupported', item: 'report 48 (Report)' });
    const keys = new Set(lines(living).flatMap((entry) => Object.keys(entry)));
    expect([...keys].toSorted()).toEqual(['code', 'item', 'message', 'severity']);
  });

  test('keeps, after the denial, what a person should know, without reading the workspace', async () => {
    const world = aWorld({ items: [{ id: '1', displayName: 'r', type: 'Report' }] });
    const living = live(world, aWorkspacePrivateLink({ inbound: DENY }));
    await living.settle();
    expect(world.policy.inbound).toBe('Deny');
    const codes = lines(living).map(({ code }) => code);
    expect(codes).toContain('PortalNeedsPrivateNetwork');
    expect(codes).not.toContain('NotListedAsSupported');
  });

  test('what may not be read blocks nothing, and is named where the restriction is refused', async () => {
    const world = aWorld();
    world.refusals['items.list'] = blocked('Forbidden', 'items are not for you', 'ask');
    world.refusals['pipelines.list'] = blocked('Forbidden', 'pipelines are not for you', 'ask');
    world.refusals['policy.put Deny/Allow'] = {
      ...blocked('InboundRestrictionNotEligible', 'Fabric refused', 'remove unsupported items'),
      code: 'InboundRestrictionNotEligible',
    };
    const living = live(world, aWorkspacePrivateLink({ inbound: DENY }));
    for (let pass = 0; pass < 15; pass++) await living.pass();
    expect(living.condition('Stalled').reason).toBe('InboundRestrictionNotEligible');
    expect(living.condition('Stalled').message).toContain('items are not for you');
    delete world.refusals['policy.put Deny/Allow'];
    await living.settle();
    expect(world.policy.inbound).toBe('Deny');
  });
});
