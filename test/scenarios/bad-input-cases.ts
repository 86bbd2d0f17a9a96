import { randomUUID } from 'node:crypto';
import { SECRETS } from '../../operator/clients/kube/resources.ts';
import { addLinkService, deleteLinkService, linkServiceIn } from '../../simulator/arm/fabric/out-of-band.ts';
import { deleteOutOfBand, grantNow, revokeGrants } from '../../simulator/arm/out-of-band.ts';
import { grantRole } from '../../simulator/builders.ts';
import { addDeploymentPipeline, addItem, declareTenantSetting, workspaceIn } from '../../simulator/fabric/build.ts';
import { changeTenantSetting, setCapacityState } from '../../simulator/fabric/out-of-band.ts';
import type { WorkspaceRole } from '../../simulator/fabric/types.ts';
import type { Stage } from '../support/stage.ts';
import { HOUR_MS, MINUTE_MS } from '../support/stage-link.ts';
import {
  CAPACITY,
  CONNECTIVITY,
  credentialsSecret,
  DATA_PLATFORM,
  endpointIn,
  FINANCE,
  HUB,
  HUB_ZONE,
  NAMESPACE,
  OPERATOR_APP,
  SALES,
  SALES_SERVICE,
  salesLink,
  TENANT,
} from '../support/stage-world.ts';

/** Ten minutes with their jitter, and the seconds until a person can see it. */
export const NOTICED_MS = 12 * MINUTE_MS;
export const READY_AGAIN_MS = HOUR_MS;

/** Published: a role assignment works after ten minutes. */
const GRANT_MS = 10 * MINUTE_MS;
/** A tenant setting works after fifteen. */
const SETTING_MS = 15 * MINUTE_MS;
/** Whoever mends a Secret waits in front of the screen. */
const SECRET_MS = 2 * MINUTE_MS;

type Step = (stage: Stage) => void | Promise<void>;

/** One thing that is wrong, what a person reads about it, and what that person then does. */
export type BadInput = {
  because: string;
  /** What is wrong in the clouds or the cluster before the manifest is applied. */
  given?: Step;
  /** What is wrong in the manifest. */
  spec?: (stage: Stage) => Record<string, unknown>;
  reason: string;
  /** Words without which a person could not act, in `nextStep`. */
  reads: readonly string[];
  /** A word that would send the person the wrong way. */
  not?: string;
  /** The person follows the advice. */
  heal: Step;
  /** When the operator has noticed. Default: a slow look. */
  noticedWithinMs?: number;
  /** When all is done. Default: what a healthy start takes. */
  readyWithinMs?: number;
  /** Endpoints that are not concerned and get ready all the same. */
  goesOn?: readonly string[];
  /** The clouds may be written to meanwhile only for what is not concerned. Default: no write at all in the hour after. */
  asksAgain?: RegExp;
};

const closed = () => ({ inbound: { publicAccess: 'Deny', requires: 'Resolve', onDelete: 'Restore' } });

const applied =
  (spec: (stage: Stage) => Record<string, unknown>): Step =>
  (stage) =>
    stage.apply(salesLink(stage.nameserverOf, { inbound: undefined, outbound: undefined, ...spec(stage) }));

const sku =
  (name: string): Step =>
  ({ simulator }) =>
    void (simulator.world.fabric.capacities[CAPACITY]!.sku = name);

const registration =
  (namespace: string, state: 'Registered' | 'NotRegistered'): Step =>
  ({ simulator }) => {
    simulator.world.arm.subscriptions[DATA_PLATFORM]!.providers[namespace.toLowerCase()]!.state = state;
  };

const role =
  (name: WorkspaceRole | undefined): Step =>
  ({ simulator }) => {
    const { roles } = workspaceIn(simulator.world, SALES);
    if (name) roles[OPERATOR_APP.objectId] = name;
    else delete roles[OPERATOR_APP.objectId];
  };

const hubSubnet = ({ simulator }: Stage) => simulator.world.arm.virtualNetworks[HUB.toLowerCase()]!.subnets[0]!;

const secretSays =
  (data: Record<string, string>): Step =>
  (stage) => {
    const secret = credentialsSecret();
    return stage.apply({ ...secret, stringData: { ...secret.stringData, ...data } });
  };

const azureRights = (stage: Stage, actions: string[]): void => {
  revokeGrants(stage.simulator.cloud, OPERATOR_APP.objectId);
  for (const subscription of [CONNECTIVITY, DATA_PLATFORM]) {
    grantRole(stage.simulator.world, {
      principalId: OPERATOR_APP.objectId,
      scope: `/subscriptions/${subscription}`,
      actions,
    });
  }
};

/** A role assignment as it is made today: it works ten minutes later. */
const grantsOwner: Step = ({ simulator }) => {
  for (const subscription of [CONNECTIVITY, DATA_PLATFORM]) {
    const scope = `/subscriptions/${subscription}`;
    grantNow(simulator.cloud, { principalId: OPERATOR_APP.objectId, scope, actions: ['*'] });
  }
};

const aService =
  (name: string, workspaceId: string, tags: Record<string, string> = {}): Step =>
  ({ simulator }) => {
    const of = { tenantId: TENANT, workspaceId, subscriptionId: DATA_PLATFORM, resourceGroup: 'rg-fabric' };
    addLinkService(simulator.world, { ...of, name, tags });
  };
const serviceOf = (name: string) => SALES_SERVICE.replace('pls-sales', name);
const withoutService =
  (name: string): Step =>
  ({ simulator }) =>
    deleteLinkService(simulator.cloud, serviceOf(name));

const OTHER_ZONE = HUB_ZONE.replace('rg-network-hub', 'rg-network-spoke');
const TAKEN_ENDPOINT = `/subscriptions/${CONNECTIVITY}/resourceGroups/rg-network-hub/providers/Microsoft.Network/privateEndpoints/pe-taken`;

/** Somebody's endpoint on something else, under the name that the spec wants. */
const anEndpointOfSomebody =
  (tags: Record<string, string>): Step =>
  ({ simulator }) => {
    const { arm } = simulator.world;
    const networkInterfaceId = TAKEN_ENDPOINT.replace('privateEndpoints/pe-taken', 'networkInterfaces/pe-taken.nic');
    arm.privateEndpoints[TAKEN_ENDPOINT.toLowerCase()] = {
      id: TAKEN_ENDPOINT,
      name: 'pe-taken',
      location: 'westeurope',
      etag: randomUUID(),
      tags,
      tenantId: TENANT,
      provisioningState: 'Succeeded',
      subnetId: `${HUB}/subnets/snet-endpoints`,
      networkInterfaceId,
      connection: {
        name: 'pe-taken',
        mode: 'Manual',
        targetId: serviceOf('pls-of-somebody'),
        groupIds: ['workspace'],
        requestMessage: '',
        state: { status: 'Pending', description: '', actionsRequired: 'None' },
      },
      members: [],
    };
  };
const endpointNamed = (resourceName: string) => (stage: Stage) => ({
  endpoints: [{ ...endpointIn('hub', 'ZoneGroup', stage.nameserverOf), resourceName }],
});

const asked = (member: object) => () => ({ ...member });

export const BAD_INPUT: Record<string, BadInput> = {
  'a workspace that does not exist': {
    because: 'the tenant lists every workspace, and this one is not there',
    given: ({ simulator }) => void delete simulator.world.fabric.workspaces[SALES],
    spec: () => ({}),
    reason: 'WorkspaceNotFound',
    reads: [SALES, 'check workspaceId', 'Admin role'],
    heal: ({ simulator }) => {
      const { workspaces } = simulator.world.fabric;
      const roles = { [OPERATOR_APP.objectId]: 'Admin' as const };
      workspaces[SALES] = { ...structuredClone(workspaces[FINANCE]!), id: SALES, displayName: 'sales', roles };
    },
  },
  'a workspace on which the identity has no role': {
    because: 'the list shows only what one has a role on',
    given: role(undefined),
    reason: 'WorkspaceNotFound',
    reads: ['give the identity the Admin role on the workspace'],
    heal: role('Admin'),
  },
  'a workspace on which the identity is no Admin': {
    because: 'ARM asks Fabric, and Fabric asks for the Admin',
    given: role('Member'),
    reason: 'InsufficientWorkspaceRole',
    reads: ['Admin', 'workspace'],
    heal: role('Admin'),
    asksAgain: /privateLinkServicesForFabric/,
  },
  'a trial capacity': {
    because: 'workspace private links need an F capacity',
    given: sku('FT1'),
    reason: 'TrialCapacity',
    reads: ['contosof8 (FT1)', 'assign the workspace to an F capacity'],
    heal: sku('F64'),
  },
  'a Premium capacity': {
    because: 'workspace private links need an F capacity',
    given: sku('P1'),
    reason: 'PremiumCapacity',
    reads: ['contosof8 (P1)', 'assign the workspace to an F capacity'],
    heal: sku('F2'),
  },
  'a paused capacity': {
    because: 'nothing of the workspace answers until somebody resumes it',
    given: ({ simulator }) => setCapacityState(simulator.cloud, CAPACITY, 'Inactive'),
    reason: 'CapacityPaused',
    reads: ['contosof8', 'resume the capacity'],
    heal: ({ simulator }) => setCapacityState(simulator.cloud, CAPACITY, 'Active'),
  },
  'a stage of a deployment pipeline': {
    because: 'Fabric refuses to restrict such a workspace, and says so only in its documentation',
    given: ({ simulator }) =>
      void addDeploymentPipeline(simulator.world, { tenantId: TENANT, workspaceIds: [FINANCE, SALES] }),
    spec: closed,
    reason: 'PreflightBlocks',
    reads: ['deployment pipeline', 'unassign it'],
    heal: ({ simulator }) => void (simulator.world.fabric.pipelines = {}),
    readyWithinMs: 90 * MINUTE_MS,
  },
  'a default semantic model in the workspace': {
    because: 'Fabric refuses without naming an item, so the suspect is named and no more than suspected',
    given: ({ simulator }) => {
      addItem(simulator.world, SALES, { type: 'Warehouse', displayName: 'quarterly' });
      addItem(simulator.world, SALES, { type: 'SemanticModel', displayName: 'quarterly' });
    },
    spec: closed,
    reason: 'InboundRestrictionNotEligible',
    reads: ['suspects are quarterly', 'remove'],
    heal: ({ simulator }) => void (workspaceIn(simulator.world, SALES).items = {}),
    readyWithinMs: 90 * MINUTE_MS,
    asksAgain: /communicationPolicy/,
  },
  'the tenant setting for inbound rules off': {
    because: 'only a Fabric administrator can switch it on, and it takes a quarter of an hour',
    given: ({ simulator }) => void declareTenantSetting(simulator.world, TENANT, 'WorkspaceBlockInboundAccess', false),
    spec: closed,
    reason: 'TenantSettingOff',
    reads: ['Fabric administrator', 'workspace-level inbound', '15 minutes'],
    heal: ({ simulator }) => changeTenantSetting(simulator.cloud, TENANT, 'WorkspaceBlockInboundAccess', true),
    noticedWithinMs: SETTING_MS + NOTICED_MS,
    readyWithinMs: 90 * MINUTE_MS,
  },
  'a subscription without Microsoft.Fabric, which we may not register': {
    because: 'registerProviders is false unless somebody says otherwise',
    given: registration('Microsoft.Fabric', 'NotRegistered'),
    reason: 'ProviderNotRegistered',
    reads: [`az provider register --subscription ${DATA_PLATFORM} --namespace Microsoft.Fabric`, 'registerProviders'],
    not: 'Microsoft.Network',
    heal: registration('Microsoft.Fabric', 'Registered'),
  },
  'a subscription without Microsoft.Fabric, and no right to register it': {
    because: 'registerProviders is true, but the Azure role lacks the action',
    given: registration('Microsoft.Fabric', 'NotRegistered'),
    spec: () => ({ registerProviders: true }),
    reason: 'AuthorizationFailed',
    reads: ['Microsoft.Fabric', 'Azure role'],
    heal: grantsOwner,
    noticedWithinMs: GRANT_MS + NOTICED_MS,
    asksAgain: /\/register$/,
  },
  'a subnet without five free addresses': {
    because: 'an endpoint takes five, and Azure says so only after it has begun',
    given: (stage) => {
      for (let last = 132; last < 189; last += 1) hubSubnet(stage).allocations[`127.65.1.${last}`] = '/somebody';
    },
    reason: 'SubnetFull',
    reads: ['Endpoint hub', 'addresses are free', 'enlarge it'],
    goesOn: ['spoke'],
    heal: (stage) => void (hubSubnet(stage).allocations = {}),
  },
  'a delegated subnet': {
    because: 'it can host no private endpoint',
    given: (stage) => void hubSubnet(stage).delegations.push('Microsoft.PowerPlatform/vnetaccesslinks'),
    reason: 'SubnetDelegated',
    goesOn: ['spoke'],
    reads: ['Endpoint hub', 'Microsoft.PowerPlatform/vnetaccesslinks', 'subnet without delegation'],
    heal: (stage) => void (hubSubnet(stage).delegations = []),
  },
  'a subnet of another region': {
    because: 'the location is immutable, so that the way out is another endpoint',
    spec: (stage) => ({
      endpoints: [{ ...endpointIn('hub', 'ZoneGroup', stage.nameserverOf), location: 'northeurope' }],
    }),
    reason: 'SubnetInOtherRegion',
    reads: ['Endpoint hub', 'the network is in westeurope', 'add one with another name'],
    heal: applied((stage) => ({
      endpoints: [{ ...endpointIn('hub', 'ZoneGroup', stage.nameserverOf), name: 'hub-2' }],
    })),
  },
  'a subnet that does not exist': {
    because: 'it may be made later than the object: files come in any order',
    given: (stage) => void (hubSubnet(stage).id += '-later'),
    reason: 'SubnetNotFound',
    goesOn: ['spoke'],
    reads: ['Endpoint hub', 'create it', 'read access'],
    heal: (stage) => void (hubSubnet(stage).id = hubSubnet(stage).id.replace('-later', '')),
  },
  'two zone groups in one zone': {
    because: 'each would overwrite the records of the other',
    spec: (stage) => ({
      endpoints: [
        endpointIn('hub', 'ZoneGroup', stage.nameserverOf),
        { ...endpointIn('hub', 'ZoneGroup', stage.nameserverOf), name: 'hub-2' },
      ],
    }),
    reason: 'ZoneConflict',
    goesOn: ['hub'],
    reads: ['DNS of endpoint hub-2', 'give each endpoint its own zone'],
    heal: applied((stage) => ({ endpoints: [endpointIn('hub', 'ZoneGroup', stage.nameserverOf)] })),
  },
  'a network that is linked to another zone of the name': {
    because: 'Azure allows one zone of a name per network',
    given: ({ simulator }) => {
      const link = {
        id: `${OTHER_ZONE}/virtualNetworkLinks/theirs`,
        name: 'theirs',
        etag: randomUUID(),
        tags: {},
        virtualNetworkId: HUB,
        registrationEnabled: false,
        resolutionPolicy: 'Default' as const,
        state: 'Completed' as const,
        provisioningState: 'Succeeded' as const,
      };
      simulator.world.arm.dnsZones[OTHER_ZONE.toLowerCase()] = {
        id: OTHER_ZONE,
        name: 'privatelink.fabric.microsoft.com',
        etag: randomUUID(),
        tags: {},
        provisioningState: 'Succeeded',
        records: {},
        links: { theirs: link },
      };
    },
    spec: (stage) => ({ endpoints: [endpointIn('hub', 'ZoneGroup', stage.nameserverOf)] }),
    reason: 'VnetLinkedElsewhere',
    reads: ['vnet-hub', OTHER_ZONE, 'dns.zoneId'],
    heal: ({ simulator }) => void deleteOutOfBand(simulator.cloud, `${OTHER_ZONE}/virtualNetworkLinks/theirs`),
  },
  'a service name that belongs to another workspace': {
    because: 'a service never changes its workspace',
    given: aService('pls-sales', FINANCE),
    reason: 'NameTaken',
    reads: [FINANCE, 'another service.name'],
    heal: withoutService('pls-sales'),
  },
  'a workspace that has a service under another name': {
    because: 'Fabric allows one service per workspace',
    given: aService('pls-of-somebody', SALES),
    reason: 'ServiceElsewhere',
    reads: [serviceOf('pls-of-somebody'), 'Fabric allows only one'],
    heal: withoutService('pls-of-somebody'),
  },
  'a service that another cluster owns': {
    because: 'its tag says so, and adoptionPolicy does not allow to overwrite it',
    given: aService('pls-sales', SALES, { 'cost-centre': '4711', 'fabriclink-owner': 'east.data.sales.0815' }),
    reason: 'ForeignOwner',
    reads: ['fabriclink-owner', 'east.data.sales.0815', 'remove the tag'],
    heal: ({ simulator }) => void delete linkServiceIn(simulator.world, SALES_SERVICE).tags['fabriclink-owner'],
  },
  'a service that exists and differs': {
    because: 'what exists already is taken over only if nothing would change',
    given: aService('pls-sales', SALES, { 'cost-centre': '0001' }),
    reason: 'AdoptionWouldChange',
    reads: ['cost-centre', '0001', '4711', 'make the spec say what exists'],
    heal: ({ simulator }) => void (linkServiceIn(simulator.world, SALES_SERVICE).tags['cost-centre'] = '4711'),
  },
  'an endpoint name that leads somewhere else': {
    because: 'somebody made an endpoint of this name for another service',
    given: anEndpointOfSomebody({}),
    spec: endpointNamed('pe-taken'),
    reason: 'AdoptionWouldChange',
    reads: ['Endpoint hub', 'its target is', 'pls-of-somebody'],
    heal: ({ simulator }) => void deleteOutOfBand(simulator.cloud, TAKEN_ENDPOINT),
  },
  'an endpoint name that another object owns': {
    because: 'its tag says so',
    given: anEndpointOfSomebody({ 'fabriclink-owner': 'east.data.sales.0815' }),
    spec: endpointNamed('pe-taken'),
    reason: 'ForeignOwner',
    reads: ['Endpoint hub', 'east.data.sales.0815'],
    heal: ({ simulator }) => void deleteOutOfBand(simulator.cloud, TAKEN_ENDPOINT),
  },
  'no Azure role at all': {
    because: 'what cannot be seen is neither made nor removed',
    given: ({ simulator }) => revokeGrants(simulator.cloud, OPERATOR_APP.objectId),
    reason: 'ReadRefused',
    reads: ['AuthorizationFailed', 'Azure role', '10 minutes'],
    heal: grantsOwner,
    noticedWithinMs: GRANT_MS + NOTICED_MS,
  },
  'an Azure role that only reads': {
    because: 'the first write is refused',
    given: (stage) => azureRights(stage, ['*/read']),
    reason: 'AuthorizationFailed',
    reads: ['privateLinkServicesForFabric', 'Azure role', '10 minutes'],
    heal: grantsOwner,
    noticedWithinMs: GRANT_MS + NOTICED_MS,
    asksAgain: /privateLinkServicesForFabric/,
  },
  'a namespace without credentials': {
    because: 'the operator lends its own identity to nobody who was not named',
    given: ({ kube }) => kube.delete(SECRETS, NAMESPACE, 'fabriclink-credentials'),
    reason: 'CredentialMissing',
    reads: [`create Secret ${NAMESPACE}/fabriclink-credentials`, 'credentialsRef'],
    heal: (stage) => stage.apply(credentialsSecret()),
    noticedWithinMs: SECRET_MS,
  },
  'a credentialsRef to a Secret that is not there': {
    because: 'a Secret that is named is meant, and no other one is tried',
    spec: asked({ credentialsRef: { name: 'later' } }),
    reason: 'CredentialMissing',
    reads: [`create Secret ${NAMESPACE}/later`, 'credentialsRef'],
    heal: (stage) => {
      const secret = credentialsSecret();
      return stage.apply({ ...secret, metadata: { ...secret.metadata, name: 'later' } });
    },
    noticedWithinMs: SECRET_MS,
  },
  'a client secret that is wrong': {
    because: 'people paste the id of a secret in place of its value',
    given: secretSays({ AZURE_CLIENT_SECRET: 'the-id-and-not-the-value' }),
    reason: 'CredentialInvalid',
    reads: ['AZURE_CLIENT_SECRET', 'value (not its id)'],
    heal: (stage) => stage.apply(credentialsSecret()),
    noticedWithinMs: SECRET_MS,
  },
  'a client secret that has expired': {
    because: 'they last two years at most',
    given: ({ simulator }) => {
      const app = simulator.world.entra.apps[`${TENANT}/${OPERATOR_APP.clientId}`]!;
      app.secrets = [{ value: OPERATOR_APP.clientSecret, expiresAtMs: 1 }];
    },
    reason: 'CredentialInvalid',
    reads: ['expired', 'create a new one'],
    heal: (stage) => {
      stage.simulator.world.entra.apps[`${TENANT}/${OPERATOR_APP.clientId}`]!.secrets.push({ value: 'the-new-one' });
      return secretSays({ AZURE_CLIENT_SECRET: 'the-new-one' })(stage);
    },
    noticedWithinMs: SECRET_MS,
  },
  'a Secret of another tenant': {
    because: 'no token is ever sent for another tenant',
    given: secretSays({ AZURE_TENANT_ID: '10000000-0000-4000-8000-000000000002' }),
    reason: 'CredentialTenantMismatch',
    reads: ['10000000-0000-4000-8000-000000000002', TENANT, 'credentialsRef'],
    heal: (stage) => stage.apply(credentialsSecret()),
    noticedWithinMs: SECRET_MS,
  },
  'an endpoint for a data gateway that is not there': {
    because: 'it may be a slip, or nobody gave the identity a role on it; the other endpoint goes on',
    spec: (stage) => ({
      endpoints: [
        endpointIn('hub', 'ZoneGroup', stage.nameserverOf),
        { ...endpointIn('spoke', 'Records', stage.nameserverOf), gateway: { gatewayId: randomUUID() } },
      ],
    }),
    reason: 'GatewayNotFound',
    goesOn: ['hub'],
    reads: ['Endpoint spoke', 'sees no gateway at all', 'Manage connections and gateways'],
    // Whether it is there for others: a question that changes nothing.
    asksAgain: /\/checkStatus$/,
    heal: applied((stage) => ({ endpoints: [endpointIn('hub', 'ZoneGroup', stage.nameserverOf)] })),
  },
};
