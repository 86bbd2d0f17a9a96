import { found, report } from '../../../operator/runtime/acting.ts';
import { abandonedEntry, isRecorded } from '../../../operator/runtime/loss/observe.ts';
import { openApprovalWords, unconfirmedIn } from '../connections/desired.ts';
import { isOpenByGlass } from '../credentials/desired-left.ts';
import { bounded } from '../desired-names.ts';
import { notes, registeredIn } from '../desired-provenance.ts';
import {
  clientsOf,
  clientsOfConsumer,
  createNoted,
  endpointOf,
  type MyPass,
  type Run,
  tagsAfter,
} from '../effect-parts.ts';
import type { Deps, ServiceClients } from '../reading.ts';
import type { Desired, Effect, Provenance } from '../types.ts';

type ServiceEffect = Extract<
  Effect,
  | 'claim'
  | 'registerServiceProvider'
  | 'registerEndpointProvider'
  | 'putService'
  | 'adoptService'
  | 'takeOverService'
  | 'patchServiceTags'
  | 'deleteStaleConnection'
  | 'deleteService'
  | 'release'
>;

/** The API server's, for the note of an Event. */
const EVENT_LIMIT = 1_000;

/** One call each, and safe to repeat: a PUT of the same body, a DELETE of what may be gone, an annotation written again. */
export const serviceEffects = (deps: Deps): Readonly<Record<ServiceEffect, Run>> => ({
  async claim(pass) {
    await pass.claim({});
  },

  async registerServiceProvider(pass, { service }) {
    const { arm } = await clientsOf(deps, pass);
    await register(arm, pass, found(service.providerToRegister, 'the provider'));
  },

  async registerEndpointProvider(pass, seen, ladder) {
    const { desired, placement } = endpointOf(seen, ladder);
    const { arm } = await clientsOfConsumer(deps, pass, desired.consumer);
    await register(arm, pass, found(placement?.providerToRegister, 'the provider'));
  },

  async putService(pass, { desired, service, provenance }) {
    const { arm } = await clientsOf(deps, pass);
    const tags = tagsAfter(service.actual?.tags, desired.service.tags, desired.owner);
    const { tenantId, workspaceId } = desired;
    // Another cluster may have been faster since this pass looked: its mark is not ours to write over.
    const creates = service.actual === undefined;
    const body = { tenantId, workspaceId, tags, creates };
    await createNoted(pass, provenance.service === 'created' ? {} : notes.service('created'), () =>
      arm.privateLinkServices.put(desired.service.scope, body, pass.call),
    );
    // The note alone is no sign that it was ever there: it is written before a call that may have been refused.
    const again = creates && provenance.service === 'created' && pass.resource.status?.serviceId !== undefined;
    const note = `${again ? 'It was gone: asked' : 'Asked'} Azure for private link service "${desired.service.scope.name}" of workspace ${workspaceId}${again ? ' again' : ''}.`;
    report(
      pass,
      { reason: 'ServiceCreating', action: 'PutService', note, warning: again },
      { serviceId: desired.service.id },
    );
  },

  async adoptService(pass, { desired, service }) {
    await pass.annotate(notes.service('adopted'));
    const note = `Took over private link service "${desired.service.scope.name}"${service.detail === undefined ? '' : `, to be changed: ${service.detail}`}. Deletion leaves it unless deletionPolicy is DeleteAll.`;
    report(pass, { reason: 'Adopted', action: 'AdoptService', note }, { serviceId: desired.service.id });
  },

  /** Azure knows no condition for this write: the next pass reads whose mark is there before it goes on. */
  async takeOverService(pass, { desired, service, provenance }) {
    const { arm } = await clientsOf(deps, pass);
    if (provenance.service === 'none') await pass.annotate(notes.service('taking'));
    const tags = tagsAfter(service.actual?.tags, desired.service.tags, desired.owner);
    await arm.privateLinkServices.patchTags(desired.service.scope, tags, pass.call);
    const from = service.other ?? 'nobody';
    const note = `Took private link service "${desired.service.scope.name}" over from ${from}, because adoptionPolicy is Always.`;
    report(
      pass,
      { reason: 'TakingOver', action: 'TakeOverService', note, warning: true },
      { serviceId: desired.service.id, from },
    );
  },

  async patchServiceTags(pass, { desired, service, provenance }) {
    const { arm } = await clientsOf(deps, pass);
    const owner = provenance.service === 'adopted' ? undefined : desired.owner;
    const tags = tagsAfter(service.actual?.tags, desired.service.tags, owner);
    await arm.privateLinkServices.patchTags(desired.service.scope, tags, pass.call);
    const note = `Corrected the tags of private link service "${desired.service.scope.name}": ${service.detail ?? 'they differed'}.`;
    report(pass, { reason: 'DriftCorrected', action: 'PatchServiceTags', note }, { serviceId: desired.service.id });
  },

  async deleteStaleConnection(pass, { desired, release }) {
    const { arm } = await clientsOf(deps, pass);
    const { name, privateEndpointId } = found(release?.staleConnection, 'a connection that carries nothing');
    await arm.privateLinkServices.deleteConnection(desired.service.scope, name, pass.call);
    const from = privateEndpointId ?? name;
    const note = `Removed the connection of ${from}, which carried nothing, because the service is being deleted.`;
    report(pass, { reason: 'ConnectionRemoved', action: 'DeleteConnection', note }, { privateEndpointId: from });
  },

  async deleteService(pass, { desired }) {
    const { arm } = await clientsOf(deps, pass);
    await arm.privateLinkServices.delete(desired.service.scope, pass.call);
    const note = `Asked Azure to delete private link service "${desired.service.scope.name}".`;
    report(pass, { reason: 'ServiceDeleting', action: 'DeleteService', note }, { serviceId: desired.service.id });
  },

  async release(pass, { desired, provenance, abandonment, connections }) {
    const observed = pass.readOnly ? whatStays(desired, provenance) : [];
    const abandoned = abandonment?.facts.entry === 'written' ? abandonment.note.left : [];
    const open = (connections.left ?? []).map((one) => openApprovalWords(desired.service.id, one.privateEndpointId));
    if (open.length > 0) await recordOpen(deps, pass, open);
    const left = [...observed, ...abandoned, ...open].join(', ');
    pass.audit('Release', { workspaceId: desired.workspaceId, ...(left !== '' && { left }) });
    if (observed.length > 0) {
      const note = `Let go of the object and left everything as it is, because managementPolicy is Observe. Still there: ${observed.join(', ')}.`;
      pass.event({ type: 'Warning', reason: 'LeftBehind', action: 'Release', note: bounded(note, EVENT_LIMIT) });
    }
    await pass.release(abandoned.length + open.length > 0 ? 'abandoned' : undefined);
  },
});

/** Who was let in without a proof and could not be put out again: for whoever clears up. */
async function recordOpen({ ledger }: Deps, pass: MyPass, left: readonly string[]): Promise<void> {
  const why = 'Azure did not let it be rejected for a day, or a person gave up';
  const whole = abandonedEntry(pass, why, left);
  const entry = { ...whole, subject: `${whole.subject}/connections` };
  await isRecorded(ledger, entry, pass.signal);
  const place = ledger.placeOf(entry);
  const note = `Let go of the object, and left ${left.join(', ')} (${why}). Remove what is not genuine. It is listed in ConfigMap ${place.namespace}/${place.name}.`;
  pass.event({ type: 'Warning', reason: 'Abandoned', action: 'Release', note: bounded(note, EVENT_LIMIT) });
}

/** Everything that notes say is there because of this object, for whoever has to clean up by hand. */
function whatStays(desired: Desired, provenance: Provenance): string[] {
  const { service, endpoints, zones, links, records, accessBefore, locked } = provenance;
  return [
    ...unconfirmedIn(provenance).map((note) => openApprovalWords(desired.service.id, note.privateEndpointId)),
    ...(isOpenByGlass(provenance)
      ? ['inbound public access OPEN by break-glass, and not closed again']
      : locked
        ? [`inbound public access DENIED (it was ${accessBefore} before)`]
        : []),
    ...(service === 'none' ? [] : [`${desired.service.id} (${service})`]),
    ...Object.values(endpoints).map(({ how, id }) => `${id} (${how})`),
    ...[...new Set(Object.values(records).flat())].map((zoneId) => `records in ${zoneId}`),
    ...zones,
    ...links.map(({ zoneId, name }) => `${zoneId}/virtualNetworkLinks/${name}`),
  ];
}

/** Written down after the call, because a second registration does no harm and a missing one does. */
async function register(
  arm: Pick<ServiceClients['arm'], 'providers'>,
  pass: MyPass,
  { subscriptionId, namespace }: { subscriptionId: string; namespace: 'Microsoft.Fabric' | 'Microsoft.Network' },
): Promise<void> {
  await arm.providers.register(subscriptionId, namespace, pass.call);
  const done = new Set([...registeredIn([pass.resource], subscriptionId), namespace]);
  await pass.annotate(notes.registered(subscriptionId, [...done].sort()));
  const note = `Registered resource provider ${namespace} in subscription ${subscriptionId}.`;
  report(pass, { reason: 'ProviderRegistering', action: 'RegisterProvider', note }, { subscriptionId, namespace });
}
