import { UNKNOWN_THING, withRecreation } from '../../../operator/approval/recreation.ts';
import { found, report } from '../../../operator/runtime/acting.ts';
import { withAnswer } from '../../../operator/runtime/rivalry.ts';
import { consumerOfId } from '../desired.ts';
import { bounded, same } from '../desired-names.ts';
import { keyOfZone, notes } from '../desired-provenance.ts';
import { FORMER_REF, formerDns } from '../dns/desired-former.ts';
import {
  clientsOf,
  clientsOfConsumer,
  createNoted,
  endpointOf,
  isOvertaken,
  type Run,
  removalOf,
  tagsAfter,
} from '../effect-parts.ts';
import type { Deps } from '../reading.ts';
import type { ArmId, DesiredEndpoint, Effect, EventNote, PlacementSeen, RemovalSeen, Seen } from '../types.ts';
import { connectionOf } from './observe.ts';

type EndpointEffect = Extract<
  Effect,
  | 'putEndpoint'
  | 'adoptEndpoint'
  | 'takeOverEndpoint'
  | 'approveConnection'
  | 'deleteEndpoint'
  | 'deleteConnection'
  | 'forgetEndpoint'
  | 'renewNotes'
>;

/**
 * Somebody took it away, and whoever looks for why traffic broke should find that. The note alone is no sign of it: it
 * is written before the call, which may have had to wait for its turn or been refused. For words only: nothing is
 * decided by what the status remembers.
 */
const wasThere = ({ resource }: Parameters<Run>[0], { provenance }: Seen, { name, ref }: DesiredEndpoint): boolean =>
  provenance.zoneGroups[ref] !== undefined ||
  provenance.records[ref] !== undefined ||
  (resource.status?.endpoints ?? []).some((entry) => entry.name === name && entry.connection !== undefined);

/** Azure's limit for the message that an approver reads, and ours for what we write beside a decision. */
const MESSAGE_LIMIT = 140;

/**
 * What tells an endpoint from the next one of its name: Azure puts a GUID into the name of its network interface, unless
 * the spec names that, and into the name of its connection, which goes with the service.
 */
function thisOne(seen: Seen, ladder: string): string {
  const { actual, connection } = endpointOf(seen, ladder);
  // Azure answers with the empty text where the spec names none.
  const own = actual?.customNetworkInterfaceName ? undefined : actual?.networkInterfaceIds[0]?.split('/').at(-1);
  return own ?? connection?.name ?? UNKNOWN_THING;
}

/** Before it is given up for what others did to its connection; what Azure cannot change in place is no such thing. */
function recreationNote({ clock }: Deps, seen: Seen, ladder: string): Record<string, string> {
  const { desired, facts } = endpointOf(seen, ladder);
  if (facts.endpoint === 'outdated') return {};
  const times = (atMs: readonly number[]) => withAnswer(atMs, clock.now(), clock);
  const before = seen.provenance.recreations[desired.ref];
  return notes.recreated(desired, withRecreation(before, thisOne(seen, ladder), times));
}

export const endpointEffects = (deps: Deps): Readonly<Record<EndpointEffect, Run>> => ({
  async putEndpoint(pass, seen, ladder) {
    const { desired, actual, facts, placement } = endpointOf(seen, ladder);
    const { arm } = await clientsOfConsumer(deps, pass, desired.consumer);
    const { scope, resourceId } = desired;
    const creates = actual === undefined;
    // What is there already may bear our mark because it was taken over: no correction makes it ours to delete.
    const notesIt = creates && facts.provenance !== 'created';
    const adopted = !creates && facts.provenance === 'adopted';
    const body = { ...bodyOf(pass, seen, ladder, adopted ? undefined : seen.desired.owner), creates };
    await createNoted(pass, notesIt ? notes.endpoint(desired, 'created') : {}, () =>
      arm.privateEndpoints.put(scope, body, pass.call),
    );
    const again = creates && !notesIt && wasThere(pass, seen, desired);
    const note = creates
      ? `${again ? 'It was gone: asked' : 'Asked'} Azure for private endpoint "${scope.name}" (${desired.name})${again ? ' again' : ''}.`
      : `Corrected private endpoint "${scope.name}" (${desired.name}): ${endpointOf(seen, ladder).detail ?? 'it had failed'}.`;
    const reason = creates ? 'EndpointCreating' : 'DriftCorrected';
    report(pass, { reason, action: 'PutEndpoint', note, warning: again }, { privateEndpointId: resourceId });
    if (placement?.facts.subnet === 'tight') pass.event(tightNote(desired.spec.subnetId, placement));
  },

  async adoptEndpoint(pass, seen, ladder) {
    const { desired, detail } = endpointOf(seen, ladder);
    await pass.annotate(notes.endpoint(desired, 'adopted'));
    const note = `Took over private endpoint "${desired.scope.name}" (${desired.name})${detail === undefined ? '' : `, to be changed: ${detail}`}. Deletion leaves it unless deletionPolicy is DeleteAll.`;
    report(pass, { reason: 'Adopted', action: 'AdoptEndpoint', note }, { privateEndpointId: desired.resourceId });
  },

  /** What cannot be changed in place is as the spec says: only the mark and tags change. The next pass reads whose mark is there. */
  async takeOverEndpoint(pass, seen, ladder) {
    const { desired, detail, facts } = endpointOf(seen, ladder);
    const { resourceId, scope, name, consumer } = desired;
    const { arm } = await clientsOfConsumer(deps, pass, consumer);
    if (facts.provenance === 'none') await pass.annotate(notes.endpoint(desired, 'taking'));
    await arm.privateEndpoints.put(scope, bodyOf(pass, seen, ladder, seen.desired.owner), pass.call);
    const note = `Took private endpoint "${scope.name}" (${name}) over, because adoptionPolicy is Always: ${detail ?? 'it was not ours'}.`;
    report(
      pass,
      { reason: 'TakingOver', action: 'TakeOverEndpoint', note, warning: true },
      { privateEndpointId: resourceId, from: detail ?? '' },
    );
  },

  /** Design section 7, rule 1: read anew in this pass, ours by equality of ARM ids, and pending; else nothing is done. */
  async approveConnection(pass, seen, ladder) {
    const { arm } = await clientsOf(deps, pass);
    const { desired } = endpointOf(seen, ladder);
    const { scope } = seen.desired.service;
    const now = await arm.privateLinkServices.connections(scope, { ...pass.call, maxAgeMs: 0 });
    const connection = connectionOf(now.value, desired.resourceId);
    if (connection?.status !== 'Pending' || isOvertaken(pass, seen)) return;
    const { namespace, name } = pass.resource.metadata;
    const description = bounded(
      `Approved by fabric-link-operator: own endpoint ${desired.name} of ${namespace}/${name}`,
      MESSAGE_LIMIT,
    );
    await arm.privateLinkServices.decideConnection(
      scope,
      connection.name,
      { status: 'Approved', description },
      pass.call,
    );
    const note = `Approved the connection of private endpoint "${desired.scope.name}" (${desired.name}), because its ARM id is this object's own.`;
    report(
      pass,
      { reason: 'ConnectionApproved', action: 'ApproveConnection', note },
      { privateEndpointId: desired.resourceId, connection: connection.name, rule: 'own endpoint by ARM id' },
    );
  },

  async deleteEndpoint(pass, seen, ladder) {
    const removing = ladder.startsWith('removal/');
    const { scope, subnetId, resourceId } = removing ? removalOf(seen, ladder) : wantedEndpoint(seen, ladder);
    const { arm } = await clientsOfConsumer(deps, pass, consumerOfId(seen, found(resourceId, ladder)));
    if (!removing) await pass.annotate(recreationNote(deps, seen, ladder));
    await arm.privateEndpoints.delete(found(scope, ladder), found(subnetId, ladder), pass.call);
    const why = removing ? 'it is no longer wanted' : 'it must be made anew';
    const note = `Asked Azure to delete private endpoint "${scope?.name}": ${why}.`;
    report(
      pass,
      { reason: 'EndpointDeleting', action: 'DeleteEndpoint', note },
      { privateEndpointId: resourceId ?? '', removing },
    );
  },

  async deleteConnection(pass, seen, ladder) {
    const { arm } = await clientsOf(deps, pass);
    const { connection, resourceId } = removalOf(seen, ladder);
    await arm.privateLinkServices.deleteConnection(
      seen.desired.service.scope,
      found(connection, ladder).name,
      pass.call,
    );
    pass.audit('DeleteConnection', { privateEndpointId: resourceId ?? '' });
  },

  async renewNotes(pass, seen) {
    await pass.annotate(seen.staleNotes);
    pass.audit('RenewNotes', { notes: Object.keys(seen.staleNotes).length });
  },

  async forgetEndpoint(pass, seen, ladder) {
    const { name, ref, resourceId, facts, emptying = [] } = removalOf(seen, ladder);
    // While another endpoint is still being removed, it needs to know the zones that were ours.
    const isLast = seen.removals.length === 1;
    const keys = [
      ...(ref === FORMER_REF ? formerKeys(seen) : (seen.provenance.noted[ref]?.keys ?? [])),
      ...(isLast ? unusedZoneKeys(seen, emptying) : []),
    ];
    await pass.annotate({ ...Object.fromEntries(keys.map((key) => [key, null])), ...inherited(seen, ref) });
    pass.event({
      type: 'Normal',
      reason: 'EndpointRemoved',
      action: 'ForgetEndpoint',
      note: forgotten(ref === FORMER_REF ? undefined : { name, resourceId }, facts.policy === 'Retain'),
    });
  },
});

/** `endpoint` undefined: DNS that no endpoint asks for any more. */
function forgotten(endpoint: Pick<RemovalSeen, 'name' | 'resourceId'> | undefined, retains: boolean): string {
  if (!endpoint) {
    return retains
      ? 'DNS that no endpoint asks for any more is no longer looked after; deletionPolicy Retain leaves it.'
      : "Nothing of this object's is left in zones that no endpoint asks for any more.";
  }
  const { name, resourceId } = endpoint;
  return retains
    ? `Endpoint ${name} is no longer this object's; deletionPolicy Retain leaves everything of it: ${resourceId ?? 'its DNS'}.`
    : `Nothing of endpoint ${name} is left that is this object's.`;
}

/**
 * Record sets that an endpoint of this object goes on writing keep our mark: it has not necessarily written one of them
 * yet, and without a note nobody would look for them.
 */
function inherited(seen: Seen, ref: string): Record<string, string> {
  const { desired, provenance } = seen;
  const zoneIds =
    ref === FORMER_REF ? (formerDns(seen)?.records ?? []).map(({ zoneId }) => zoneId) : (provenance.records[ref] ?? []);
  return Object.assign(
    {},
    ...zoneIds.map((zoneId) => {
      const sharer = desired.endpoints.find(({ dns }) => dns?.mode === 'Records' && same(dns.zoneId, zoneId));
      return sharer ? notes.records(sharer, zoneId) : {};
    }),
  ) as Record<string, string>;
}

const formerKeys = (seen: Seen): readonly string[] => (formerDns(seen)?.records ?? []).map(({ key }) => key);

/** Said once, when the addresses are taken: nothing is wrong yet, and later it is harder to mend. */
const tightNote = (subnetId: string, { details }: PlacementSeen): EventNote => ({
  type: 'Warning',
  reason: 'SubnetTight',
  action: 'PutEndpoint',
  note: `Subnet ${subnetId} is nearly full: ${details.Room} before this endpoint, and ten should be reserved for each. Enlarge it before Fabric needs more addresses.`,
});

/** The whole of the endpoint as the spec says. `owner` undefined: an adopted one gets no mark of ours. */
function bodyOf(pass: Parameters<Run>[0], seen: Seen, ladder: string, owner: string | undefined) {
  const { desired, actual } = endpointOf(seen, ladder);
  const { spec } = desired;
  const { namespace, name } = pass.resource.metadata;
  const requestMessage =
    actual?.connection?.requestMessage ?? spec.requestMessage ?? `${namespace}/${name}, by fabric-link-operator`;
  return {
    location: spec.location,
    subnetId: spec.subnetId,
    targetId: seen.desired.service.id,
    mode: spec.connectionMode ?? ('Manual' as const),
    requestMessage: bounded(requestMessage, MESSAGE_LIMIT),
    ...(spec.networkInterfaceName !== undefined && { networkInterfaceName: spec.networkInterfaceName }),
    tags: tagsAfter(actual?.tags, spec.tags, owner),
  };
}

function wantedEndpoint(seen: Seen, ladder: string) {
  const { desired, actual } = endpointOf(seen, ladder);
  return { scope: desired.scope, subnetId: actual?.subnetId, resourceId: desired.resourceId };
}

/** Notes about zones and links that no endpoint in the spec uses any more, and of which nothing is waited for. */
function unusedZoneKeys({ desired, provenance }: Seen, emptying: readonly ArmId[]): readonly string[] {
  const used = (zoneId: string) =>
    desired.endpoints.some(({ dns }) => same(dns?.zoneId, zoneId)) || emptying.some((id) => same(id, zoneId));
  return [
    ...provenance.zones.filter((zoneId) => !used(zoneId)).map(keyOfZone),
    ...[...provenance.links, ...provenance.linkedZones].filter(({ zoneId }) => !used(zoneId)).map(({ key }) => key),
  ];
}
