import { randomUUID } from 'node:crypto';

import type { Cloud } from '../cloud.ts';
import { Refusal, type SimRequest, type SimResponse } from '../exchange.ts';
import type { Route } from '../router.ts';
import { workspaceFor } from './access.ts';
import { changeInbound, changeOutbound } from './effective.ts';
import { refusesRestriction } from './eligibility.ts';
import { actingDelays, settingInForce } from './network.ts';
import { type PolicyDocument, requestedPolicy, shownPolicy } from './policy-document.ts';
import { SETTING } from './tenant-settings.ts';
import type { Workspace } from './types.ts';

const PATH = '/v1/workspaces/:workspaceId/networking/communicationPolicy';

/** Section 11.1. */
export const policyRoutes: Route[] = [
  { method: 'GET', path: PATH, handle: read },
  { method: 'PUT', path: PATH, handle: replace },
];

const etagHeader = (cloud: Cloud, etag: string): Record<string, string> =>
  cloud.conduct.fabric.choices.sendEtag ? { etag } : {};

/** Shows what is configured, never what is in effect [O]. The ETag comes without quotes, as in the vendor's samples [D]. */
function read(request: SimRequest, cloud: Cloud): SimResponse {
  const workspace = workspaceFor(cloud, request, 'Viewer');
  return { status: 200, headers: etagHeader(cloud, workspace.policy.etag), body: shownPolicy(workspace) };
}

function replace(request: SimRequest, cloud: Cloud): SimResponse {
  const workspace = workspaceFor(cloud, request, 'Admin');
  const { switches } = cloud.conduct.fabric;
  if (switches.checkIfMatch) requireMatch(request.headers['if-match'], workspace.policy.etag);
  const { policy } = workspace;
  const missing: PolicyDocument = switches.fillMissingHalves
    ? { inbound: 'Allow', outbound: 'Allow' }
    : { inbound: policy.inbound.configured, outbound: policy.outbound.configured };
  const asked = requestedPolicy(request.body, missing);
  requireEligible(cloud, workspace, asked);
  putPolicy(cloud, workspace, asked);
  return { status: 200, headers: etagHeader(cloud, policy.etag) };
}

/** Quoted, or it never matches: what the service makes of an unquoted value is not documented, 412 is the safe side [I]. */
function requireMatch(ifMatch: string | undefined, etag: string): void {
  if (ifMatch === undefined || ifMatch === '*' || ifMatch === `"${etag}"`) return;
  throw new Refusal(412, 'PreconditionFailed', 'The policy has been changed since it was read.');
}

/**
 * The service is the judge of every body that asks for Deny, also of one that repeats it. Status and code for the
 * inbound side are [O]; for the outbound side nothing is documented (U11), the same stand in.
 */
function requireEligible(cloud: Cloud, workspace: Workspace, asked: PolicyDocument): void {
  const { switches } = cloud.conduct.fabric;
  const off = (name: string) => !settingInForce(cloud, workspace.tenantId, name);
  const refused = () =>
    new Refusal(
      403,
      'InboundRestrictionNotEligible',
      'This workspace contains items that do not comply with requested policy',
    );
  if (asked.inbound === 'Deny') {
    if (switches.requireInboundSetting && off(SETTING.inboundRules)) throw refused();
    if (refusesRestriction(cloud.world.fabric, workspace, cloud.conduct.fabric)) throw refused();
  }
  if (asked.outbound === 'Deny' && switches.requireOutboundSetting && off(SETTING.outboundRules)) {
    throw new Refusal(403, 'OutboundRestrictionNotEligible', 'This workspace does not comply with requested policy');
  }
}

/** Writes the policy, whoever asks: both the route and out-of-band changes end here. Sub-policies are left alone. */
export function putPolicy(cloud: Cloud, workspace: Workspace, asked: PolicyDocument): void {
  const { policy } = workspace;
  const now = cloud.clock.now();
  const delays = actingDelays(cloud);
  policy.inbound = changeInbound(policy.inbound, asked.inbound, now, delays);
  policy.outbound = changeOutbound(policy.outbound, asked.outbound, now, delays);
  if (cloud.conduct.fabric.switches.changeEtag) policy.etag = randomUUID();
  workspace.flaps = 0;
}
