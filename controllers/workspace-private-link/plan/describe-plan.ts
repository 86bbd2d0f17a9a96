import { lastSegment } from '../desired-names.ts';
import type { Effect, Seen } from '../types.ts';

/** What a step of a plan is about, where the ladder alone does not say: a record, a link, a provider. */
export type Item = { key: string; words: string };

type Words = (seen: Seen, name: string, item: Item | undefined) => string;

/** none: bookkeeping in annotations, which changes no cloud. */
type Step = { kind: 'call' | 'takeover'; words: Words } | { kind: 'none' };

const NONE: Step = { kind: 'none' };
const call = (words: Words): Step => ({ kind: 'call', words });
const takeover = (words: Words): Step => ({ kind: 'takeover', words });

const service = ({ desired }: Seen) => `private link service "${desired.service.scope.name}"`;
const endpointIn = ({ endpoints }: Seen, name: string) => endpoints.find(({ desired }) => desired.name === name);

/** Also of an endpoint that the spec has no more. */
function endpoint(seen: Seen, name: string): string {
  const id = endpointIn(seen, name)?.desired.resourceId ?? removalIn(seen, name)?.resourceId ?? name;
  return `private endpoint "${lastSegment(id)}" (${name})`;
}

const requester = ({ connections }: Seen, name: string) => {
  const decision = connections.decisions.find(({ desired }) => desired.name === name);
  const managed = decision?.desired.managed;
  const words = managed && `managed private endpoint "${managed.name}" of workspace ${managed.workspaceId}`;
  return decision?.connection?.privateEndpointId ?? decision?.desired.endpointId ?? words ?? name;
};
const zone = (seen: Seen, name: string) => endpointIn(seen, name)?.desired.dns?.zoneId ?? 'of the endpoint';
/** What the step is about: as the plan says, else what would come next. */
const about = (item: Item | undefined, next: string | undefined) => item?.words ?? next ?? '';
const network = (link: { virtualNetworkId: string } | undefined) => link && `"${lastSegment(link.virtualNetworkId)}"`;
const removalIn = ({ removals }: Seen, name: string) => removals.find((one) => one.name === name);

/**
 * Each effect as a person would read it before it happens; continues "the operator would …". A new effect does not
 * compile until it is worded here.
 */
export const STEPS: Record<Effect, Step> = {
  claim: NONE,
  registerServiceProvider: call(
    (seen, _, item) => `register resource provider ${about(item, seen.service.providerToRegister?.namespace)}`,
  ),
  registerEndpointProvider: call((seen, name, item) => {
    const next = endpointIn(seen, name)?.placement?.providerToRegister;
    return `register resource provider ${about(item, next?.namespace)}`;
  }),
  putService: call((seen) => `ask Azure for ${service(seen)} of workspace ${seen.desired.workspaceId}`),
  adoptService: takeover((seen) => `take over ${service(seen)} as it is, without writing to it`),
  takeOverService: call(
    (seen) => `put this object's mark on ${service(seen)}, over that of ${seen.service.other ?? 'another owner'}`,
  ),
  patchServiceTags: call((seen) => `correct the tags of ${service(seen)}${because(seen.service.detail)}`),
  putEndpoint: call((seen, name) => {
    const known = endpointIn(seen, name);
    const corrects = known?.facts.endpoint === 'drifted' || known?.facts.endpoint === 'failed';
    if (corrects) return `correct ${endpoint(seen, name)}${because(known?.detail)}`;
    return `ask Azure for ${endpoint(seen, name)} in subnet ${known?.desired.spec.subnetId ?? ''}`;
  }),
  adoptEndpoint: takeover((seen, name) => `take over ${endpoint(seen, name)} as it is, without writing to it`),
  approveListed: call(
    (seen, name) => `approve the connection of ${requester(seen, name)}, as connections/${name} says`,
  ),
  rejectListed: call(
    (seen, name, item) =>
      `reject the connection of ${item?.words ?? requester(seen, name)}, as connections/${name} says`,
  ),
  noteMatch: NONE,
  forgetMatch: NONE,
  approveManaged: call(
    (seen, name) =>
      `approve the connection of ${requester(seen, name)}, as connections/${name} says, once it has settled`,
  ),
  confirmApproval: NONE,
  revokeUnconfirmed: call(
    (seen, name) => `reject ${requester(seen, name)} again, because Fabric did not confirm the approval`,
  ),
  revokeUnlisted: call((seen, name) => {
    const found = seen.connections.revocations.find(({ connection }) => connection.name === name)?.connection;
    return `reject the connection of ${found?.privateEndpointId ?? name}, which this object approved and no entry lists any more`;
  }),
  closeApproval: NONE,
  renewNotes: NONE,
  dropNotes: NONE,
  takeOverEndpoint: call(
    (seen, name) =>
      `put this object's mark on ${endpoint(seen, name)}, over another owner's${because(endpointIn(seen, name)?.detail)}`,
  ),
  approveConnection: call((seen, name) => `approve the connection of ${endpoint(seen, name)} on ${service(seen)}`),
  deleteEndpoint: call((seen, name) => {
    const known = endpointIn(seen, name);
    const why = known ? `to make it anew${because(known.detail)}` : 'because the spec does not name it any more';
    return `delete ${endpoint(seen, name)} ${why}`;
  }),
  deleteConnection: call((seen, name) => `remove what is left of the connection of ${endpoint(seen, name)}`),
  forgetEndpoint: NONE,
  createZone: call((seen, name) => `ask Azure for private DNS zone ${zone(seen, name)}`),
  noteZone: NONE,
  noteLinks: NONE,
  putLink: call((seen, name, item) => {
    const next = network(endpointIn(seen, name)?.dns.linkToWrite?.link);
    return `link network ${about(item, next)} to private DNS zone ${zone(seen, name)}`;
  }),
  deleteSurplusLink: call((seen, name, item) => {
    const next = network(endpointIn(seen, name)?.dns.surplusLink);
    return `unlink network ${about(item, next)}, which nobody here asks for any more`;
  }),
  putZoneGroup: call(
    (seen, name) =>
      `tie ${endpoint(seen, name)} to private DNS zone ${zone(seen, name)}, so that Azure writes its records`,
  ),
  deleteZoneGroup: call((seen, name) => `delete the zone group of ${endpoint(seen, name)}`),
  putRecord: call((seen, name, item) => {
    const next = endpointIn(seen, name)?.dns.recordToWrite?.name;
    return `write record ${about(item, next)} into private DNS zone ${zone(seen, name)}`;
  }),
  deleteRecord: call((seen, name, item) => `delete record ${about(item, removalIn(seen, name)?.recordToDelete?.name)}`),
  deleteLink: call((seen, name, item) => {
    const next = network(removalIn(seen, name)?.linkToDelete);
    return `unlink network ${about(item, next)}, which nobody here asks for any more`;
  }),
  deleteZone: call((seen, name, item) => {
    const next = removalIn(seen, name)?.zoneToDelete?.zoneId;
    return `delete private DNS zone ${about(item, next)}, which is this cluster's and then empty`;
  }),
  rehearsePolicy: call(
    ({ desired }) => `write the network policy of workspace ${desired.workspaceId} as it is, to prove the right to`,
  ),
  denyInbound: call(({ desired, provenance }) =>
    provenance.locked
      ? `CLOSE workspace ${desired.workspaceId} to the public AGAIN: somebody has opened it`
      : `deny public access to workspace ${desired.workspaceId}`,
  ),
  openInbound: call(({ desired }) => `open workspace ${desired.workspaceId} to the public, as the spec says`),
  breakGlass: call(
    ({ desired }) =>
      `open workspace ${desired.workspaceId} to the public for a while, as the annotation break-glass asks`,
  ),
  recordGlass: NONE,
  refuseGlass: NONE,
  recordDeny: NONE,
  applyOutbound: call(({ desired, access }) => {
    const verb = access.outbound.wanted === 'Deny' ? 'deny' : 'allow';
    return `${verb} workspace ${desired.workspaceId} access to the public internet`;
  }),
  recordOutbound: NONE,
  withdrawOutputs: call(({ provenance }) => `take back what was published in ConfigMap ${provenance.published ?? ''}`),
  publishOutputs: call(({ outputs }) => `publish the host names and addresses in ConfigMap ${outputs?.name ?? ''}`),
  deleteStaleConnection: NONE,
  deleteService: NONE,
  release: NONE,
  recordAllow: NONE,
  noteLoss: NONE,
  forgetLoss: NONE,
  recordAbandoned: NONE,
  releaseAbandoned: NONE,
};

const because = (detail: string | undefined): string => (detail === undefined ? '' : ` (${detail})`);

/** The step as one phrase; undefined for bookkeeping. */
export function phraseOf(seen: Seen, effect: Effect, ladder: string, item?: Item): string | undefined {
  const step = STEPS[effect];
  return step.kind === 'none' ? undefined : step.words(seen, ladder.slice(ladder.indexOf('/') + 1), item);
}
