import type { Cloud } from '../cloud.ts';
import type { SimRequest } from '../exchange.ts';
import { Refusal } from '../exchange.ts';
import { decoded } from '../router.ts';
import type { FabricDelays } from './behaviours.ts';
import { type InboundEffect, inboundEffect, inForce } from './effective.ts';
import { workspaceOfHost } from './hosts.ts';
import { type Origin, originOf } from './origin.ts';
import { SETTING } from './tenant-settings.ts';
import type { Workspace } from './types.ts';
import { settingsOf } from './world.ts';

const denied = () =>
  new Refusal(403, 'RequestDeniedByInboundPolicy', 'Request is denied due to inbound communication policy');

/** Delays as they act here: scaled by the clock, zero where the test switched the delay off. */
export function actingDelays({ clock, conduct: { fabric } }: Cloud): FabricDelays {
  const { delays, switches } = fabric;
  const acting = (on: boolean, publishedMs: number) => (on ? clock.scaled(publishedMs) : 0);
  return {
    ...delays,
    inboundDenyMs: acting(switches.delayInboundDeny, delays.inboundDenyMs),
    inboundAllowRefusedMs: acting(switches.delayInboundAllow, delays.inboundAllowRefusedMs),
    inboundAllowSettledMs: acting(switches.delayInboundAllow, delays.inboundAllowSettledMs),
    workspaceDeleteMs: acting(switches.delayWorkspaceDeleteAfterAllow, delays.workspaceDeleteMs),
    outboundDenyMs: acting(switches.delayOutboundDeny, delays.outboundDenyMs),
    outboundAllowMs: acting(switches.delayOutboundDeny, delays.outboundAllowMs),
    tenantSettingMs: acting(switches.delayTenantSettings, delays.tenantSettingMs),
  };
}

/** Whether a tenant setting is in force now: a change takes up to 15 minutes (section 2.4 [D]). */
export function settingInForce(cloud: Cloud, tenantId: string, name: string): boolean {
  const setting = settingsOf(cloud.world.fabric, tenantId)[name];
  return setting ? inForce(setting.enabled, cloud.clock.now(), actingDelays(cloud).tenantSettingMs) : false;
}

/**
 * What the network does for public callers of a workspace now. A Fabric admin undoes all restrictions by switching
 * the tenant setting off (section 11.1 [O]), whatever GET goes on to show.
 */
export function inboundInForce(cloud: Cloud, workspace: Workspace): InboundEffect {
  const { switches } = cloud.conduct.fabric;
  if (!switches.enforceInboundDeny) return 'open';
  const lifted = !settingInForce(cloud, workspace.tenantId, SETTING.inboundRules);
  if (switches.liftWithInboundSetting && lifted) return 'open';
  return inboundEffect(workspace.policy.inbound, cloud.clock.now(), actingDelays(cloud));
}

/**
 * What a path is about, read by its segments as the router reads them: an empty or an escaped segment must not lead
 * around the policy. `networking/communicationPolicy` and below are never subject to the workspace's own (section 3.5).
 */
function scopeOf({ url }: SimRequest): { workspaceId?: string; policy: boolean } {
  const [version, collection, workspaceId, ...below] = url.pathname
    .split('/')
    .filter(Boolean)
    .map((segment) => decoded(segment).toLowerCase());
  if (version !== 'v1' || collection !== 'workspaces' || workspaceId === undefined) return { policy: false };
  return { workspaceId, policy: below[0] === 'networking' && below[1] === 'communicationpolicy' };
}

/**
 * The network in front of every Fabric route (section 3.5). Refuses what does not get through; in order:
 *
 * | # | caller, host, path                                      | answer                            | from |
 * |---|---------------------------------------------------------|-----------------------------------|------|
 * | 1 | through an endpoint, to another host than its workspace's | 403 RequestDeniedByInboundPolicy | [I]  |
 * | 2 | workspace host, path not below that workspace           | 404 EndpointNotFound              | [U]  |
 * | 3 | workspace host, policy, not from a tenant-level link    | 403 RequestDeniedByInboundPolicy  | [O]  |
 * | 4 | public, tenant blocks public internet access            | 403, code not documented          | [D]  |
 * | 5 | not through the workspace's endpoint, inbound Deny acts | 403 RequestDeniedByInboundPolicy  | [D]  |
 */
export function passNetwork(cloud: Cloud, request: SimRequest, tenantId: string): void {
  const { switches, choices } = cloud.conduct.fabric;
  const origin = originOf(cloud.world, request.localAddress);
  const hostWorkspace = workspaceOfHost(request.host);
  const { workspaceId: pathWorkspace, policy } = scopeOf(request);

  if (origin.kind === 'endpoint' && !leadsTo(origin, hostWorkspace)) throw denied();
  if (hostWorkspace !== undefined) {
    if (switches.keepGlobalPathsOffWorkspaceHost && pathWorkspace !== hostWorkspace) {
      throw new Refusal(404, 'EndpointNotFound', 'The requested endpoint does not exist on this host.');
    }
    if (switches.keepPolicyOffWorkspaceHost && policy && !fromTenantLink(origin, tenantId)) throw denied();
  }
  if (
    switches.enforceTenantBlock &&
    origin.kind === 'public' &&
    settingInForce(cloud, tenantId, SETTING.blockPublicInternet)
  ) {
    // [U]: the code of the tenant's own block is not in the sources.
    throw new Refusal(403, choices.tenantBlockCode, 'Public internet access is blocked for this tenant.');
  }
  const workspace = pathWorkspace === undefined ? undefined : cloud.world.fabric.workspaces[pathWorkspace];
  if (!workspace || policy) return;
  if (!leadsTo(origin, pathWorkspace) && !passesInbound(cloud, workspace)) throw denied();
}

/** An endpoint's addresses are "usable only for this workspace" (section 10.2 [D]). */
const leadsTo = (origin: Origin, workspaceId: string | undefined) =>
  origin.kind === 'endpoint' && origin.service.workspaceId.toLowerCase() === workspaceId;

const fromTenantLink = (origin: Origin, tenantId: string) =>
  origin.kind === 'tenantLink' && origin.tenantId.toLowerCase() === tenantId.toLowerCase();

/** Restricted workspaces are out of reach for tenant-level links too (section 11.1 [D]). */
function passesInbound(cloud: Cloud, workspace: Workspace): boolean {
  const effect = inboundInForce(cloud, workspace);
  if (effect !== 'flapping') return effect === 'open';
  const { flapping } = cloud.conduct.fabric.choices;
  return flapping[workspace.flaps++ % flapping.length] ?? true;
}
