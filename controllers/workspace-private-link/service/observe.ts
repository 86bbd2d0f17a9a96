import { workspacePrivateLinks } from '../../../crds/workspace-private-link.ts';
import { attempt, blindness } from '../../../operator/runtime/reading.ts';
import { OWNER_TAG, same } from '../desired-names.ts';
import { registeredIn } from '../desired-provenance.ts';
import eligibility from '../eligibility.json' with { type: 'json' };
import { byId } from '../lookup.ts';
import { type Context, type Reader, settled } from '../reading.ts';
import type {
  Desired,
  Fault,
  PrivateLinkService,
  Provenance,
  ProviderNamespace,
  ProviderToRegister,
  Registration,
  ServiceFacts,
  ServiceSeen,
  WorkspacePrivateLink,
} from '../types.ts';
import { observeServiceQuota } from './observe-quotas.ts';

const PROVIDERS: readonly ProviderNamespace[] = ['Microsoft.Fabric', 'Microsoft.Network'];

/** Facts of the service ladder before anything has been read. */
export const unreadService = (
  standing: ServiceFacts['standing'],
  claimed: boolean,
  provenance: ServiceFacts['provenance'],
): ServiceFacts => ({
  standing,
  claimed,
  workspace: 'unobservable',
  capacity: 'unobservable',
  provider: 'unobservable',
  registration: 'notAllowed',
  service: 'unobservable',
  provenance,
});

/** Claim is on the object; reads eligibility, the service itself and, before a creation, the providers. */
export async function observeService(context: Context): Promise<ServiceSeen> {
  const { desired, provenance, pass } = context;
  const [eligible, found] = await Promise.all([observeEligibility(context), observePrivateLinkService(context)]);
  // A subscription without the provider may refuse the list itself.
  const beforeCreation = ['absent', 'noRoom', 'failed', 'refused'].includes(found.state);
  const provider: ProviderSeen = beforeCreation
    ? await observeProvider(context, desired.service.scope.subscriptionId)
    : { state: 'unobservable' };
  return {
    facts: {
      standing: 'clear',
      claimed: true,
      workspace: eligible.workspace,
      capacity: eligible.capacity,
      provider: provider.state,
      registration: pass.resource.spec.registerProviders ? 'allowed' : 'notAllowed',
      service: found.state,
      provenance: provenance.service,
    },
    actual: found.actual,
    workspaceName: eligible.workspaceName,
    capacityName: eligible.capacityName,
    unread: [...eligible.unread, ...(provider.fault ? [provider.fault] : [])],
    ...(provider.toRegister && { providerToRegister: provider.toRegister }),
    ...(provider.registrations && { registrations: provider.registrations }),
    ...(found.other !== undefined && { other: found.other }),
    ...(found.detail !== undefined && { detail: found.detail }),
    ...(found.fault && { fault: found.fault }),
  };
}

type Eligible = Pick<ServiceFacts, 'workspace' | 'capacity'> & {
  workspaceName: string | undefined;
  capacityName: string | undefined;
  unread: readonly Fault[];
};

async function observeEligibility(context: Context): Promise<Eligible> {
  const { fabric } = context.clients;
  const { workspaceId } = context.desired;
  const mine = <T extends { id: string }>(list: readonly T[]) => byId(list, workspaceId);
  const workspaces = await settled(
    context,
    'the workspaces of the tenant',
    (call) => fabric.workspaces(call),
    (list) => mine(list)?.capacityId !== undefined && mine(list)?.capacityAssignmentProgress !== 'InProgress',
  );
  const unread = workspaces.fault ? [workspaces.fault] : [];
  const workspace = workspaces.value && mine(workspaces.value);
  const seen = { workspaceName: workspace?.displayName, capacityName: undefined, unread };
  if (!workspaces.value) return { ...seen, workspace: 'unobservable', capacity: 'unobservable' };
  if (!workspace) return { ...seen, workspace: 'absent', capacity: 'unobservable' };
  if (workspace.capacityAssignmentProgress === 'InProgress') {
    return { ...seen, workspace: 'listed', capacity: 'assigning' };
  }
  if (workspace.capacityId === undefined) return { ...seen, workspace: 'listed', capacity: 'none' };
  const capacities = await settled(
    context,
    'the capacities',
    (call) => fabric.capacities(call),
    (list) => list.some((one) => same(one.id, workspace.capacityId) && capacityFact(one) === 'eligible'),
  );
  if (capacities.fault) return { ...seen, workspace: 'listed', capacity: 'unobservable', unread: [capacities.fault] };
  const capacity = capacities.value.find(({ id }) => same(id, workspace.capacityId));
  // Only capacity admins and contributors see a capacity: not listed is not the same as not there.
  if (!capacity) return { ...seen, workspace: 'listed', capacity: 'unobservable' };
  const capacityName = `${capacity.displayName} (${capacity.sku})`;
  return { ...seen, capacityName, workspace: 'listed', capacity: capacityFact(capacity) };
}

export function capacityFact({ sku, state }: { sku: string; state: string }): ServiceFacts['capacity'] {
  const { eligible, trial, premium } = eligibility.capacity;
  if (new RegExp(trial).test(sku)) return 'trial';
  if (new RegExp(premium).test(sku)) return 'premium';
  if (!new RegExp(eligible).test(sku)) return 'otherSku';
  return state === 'Inactive' ? 'inactive' : 'eligible';
}

type Found = {
  state: ServiceFacts['service'];
  actual: PrivateLinkService | undefined;
  other?: string;
  detail?: string;
  fault?: Fault;
};

async function observePrivateLinkService(context: Context): Promise<Found> {
  const { desired, clients } = context;
  const list = await settled(
    context,
    'the private link services',
    (call) => clients.arm.privateLinkServices.list(desired.service.scope.subscriptionId, call),
    (services) => ['ours', 'untagged'].includes(classifyService(context, services).state),
  );
  if (list.fault) return { state: blindness(list.fault), actual: undefined, fault: list.fault };
  const found = classifyService(context, list.value);
  if (found.state !== 'absent') return found;
  // Lists of the resource manager lag behind: what is about to be made is looked for by its own name first.
  const one = await attempt(context, 'the private link service', () =>
    clients.arm.privateLinkServices.get(desired.service.scope, { ...context.call, maxAgeMs: 0 }),
  );
  if (one.fault) return { state: blindness(one.fault), actual: undefined, fault: one.fault };
  if (one.value.value) return classifyService(context, [one.value.value]);
  const { usedUp } = await observeServiceQuota(context);
  return usedUp === undefined ? found : { state: 'noRoom', actual: undefined, detail: usedUp };
}

/** Sorts what a list shows into the closed fact. Exported for deletion and tests. */
export function classifyService(
  { desired, provenance }: Pick<Context, 'desired' | 'provenance'>,
  services: readonly PrivateLinkService[],
): Found {
  const actual = byId(services, desired.service.id);
  if (!actual) {
    const other = services.find(({ workspaceId }) => same(workspaceId, desired.workspaceId));
    return other ? { state: 'elsewhere', actual: undefined, other: other.id } : { state: 'absent', actual };
  }
  const owner = tagOf(actual.tags, OWNER_TAG);
  if (owner !== undefined && owner !== desired.owner) {
    const isOthers = actual.workspaceId !== undefined && !same(actual.workspaceId, desired.workspaceId);
    const state = mayOverwrite(desired, provenance.service) && !isOthers ? 'overwritable' : 'foreign';
    return { state, actual, other: owner };
  }
  if (actual.workspaceId !== undefined && !same(actual.workspaceId, desired.workspaceId)) {
    return { state: 'taken', actual, other: actual.workspaceId };
  }
  const isFailed = actual.provisioningState === 'Failed' || actual.provisioningState === 'Canceled';
  if (!isFailed && actual.provisioningState !== 'Succeeded') return { state: 'provisioning', actual };
  // Our PUT carries our tag: what lacks it is not what our note is about, or not beyond doubt.
  if (owner === undefined && provenance.service === 'created') return { state: 'untagged', actual };
  if (isFailed) return { state: 'failed', actual };
  const difference = tagDifference(desired.service.tags, actual.tags);
  const known = owner !== undefined || provenance.service !== 'none';
  if (!known && desired.adoption === 'Never') {
    return { state: 'unadopted', actual, ...(difference !== undefined && { detail: difference }) };
  }
  if (difference === undefined) return { state: owner === undefined ? 'untagged' : 'ours', actual };
  const strange = desired.adoption === 'Always' ? 'takeable' : 'differs';
  return { state: known ? 'drifted' : strange, actual, detail: difference };
}

/**
 * Another owner's mark gives way under adoptionPolicy Always, once: who takes back what we had taken over, or takes what
 * we made, is not fought.
 */
export const mayOverwrite = ({ adoption }: Desired, noted: Provenance['service']): boolean =>
  adoption === 'Always' && (noted === 'none' || noted === 'taking');

/** The service of this very workspace bears another owner's mark: then the workspace's door is theirs as well (design section 2). */
export function isOthers({ desired }: Pick<Context, 'desired'>, actual: PrivateLinkService | undefined): boolean {
  if (!actual) return false;
  const owner = tagOf(actual.tags, OWNER_TAG);
  const isOfWorkspace = actual.workspaceId === undefined || same(actual.workspaceId, desired.workspaceId);
  return owner !== undefined && owner !== desired.owner && isOfWorkspace;
}

/** Tag names compare without regard to case, values exactly. */
export function tagOf(tags: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.entries(tags).find(([key]) => same(key, name))?.[1];
}

/** The first wanted tag that is not there, in words; tags that others add are no difference. */
export function tagDifference(
  wanted: Readonly<Record<string, string>>,
  actual: Readonly<Record<string, string>>,
): string | undefined {
  const wrong = Object.entries(wanted).find(([name, value]) => tagOf(actual, name) !== value);
  if (!wrong) return undefined;
  const found = tagOf(actual, wrong[0]);
  return `tag ${wrong[0]} is ${found === undefined ? 'missing' : `"${found}"`}, the spec says "${wrong[1]}"`;
}

export type ProviderSeen = {
  state: ServiceFacts['provider'];
  toRegister?: ProviderToRegister;
  /** All that would be registered, one after the other. */
  registrations?: readonly Registration[];
  fault?: Fault;
};

type ProviderContext = Reader & { clients: { arm: Pick<Context['clients']['arm'], 'providers'> } };

/** Both providers of a subscription, the one that needs something first (cloud-apis 4.4). Read only before a creation. */
export async function observeProvider(context: ProviderContext, subscriptionId: string): Promise<ProviderSeen> {
  const { clients } = context;
  const readings = await Promise.all(
    PROVIDERS.map((namespace) =>
      settled(
        context,
        `the registration of ${namespace}`,
        (call) => clients.arm.providers.state(subscriptionId, namespace, call),
        (state) => state === 'Registered',
      ),
    ),
  );
  const states = readings.map(({ value }) => value);
  const missing = PROVIDERS.filter(
    (_, index) => states[index] === 'NotRegistered' || states[index] === 'Unregistering',
  );
  const again = registeredAgain(context, subscriptionId);
  const registrations = PROVIDERS.filter((namespace) => missing.includes(namespace) || again.includes(namespace)).map(
    (namespace) => ({ subscriptionId, namespace }),
  );
  const [first] = missing;
  if (first) return { state: 'missing', toRegister: { subscriptionId, namespace: first, missing }, registrations };
  if (states.includes('Registering')) return { state: 'registering', registrations };
  const fault = readings.find((reading) => reading.fault)?.fault;
  if (fault) return { state: 'unobservable', fault };
  const [next] = again;
  return next
    ? { state: 'registered', toRegister: { subscriptionId, namespace: next, missing: [] }, registrations }
    : { state: 'settled' };
}

/** Documented: Microsoft.Fabric must be registered again once, also where it is registered already. */
function registeredAgain({ pass }: ProviderContext, subscriptionId: string): readonly ProviderNamespace[] {
  if (!pass.resource.spec.registerProviders) return [];
  const done = registeredIn(
    pass.indexed<WorkspacePrivateLink>(workspacePrivateLinks, 'subscription', subscriptionId.toLowerCase()),
    subscriptionId,
  );
  return PROVIDERS.filter((namespace) => !done.has(namespace));
}
