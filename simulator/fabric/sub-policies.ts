import { randomUUID } from 'node:crypto';

import type { Cloud } from '../cloud.ts';
import { Refusal, type SimRequest, type SimResponse } from '../exchange.ts';
import type { Route } from '../router.ts';
import { workspaceFor } from './access.ts';
import { outboundInForce } from './effective.ts';
import { actingDelays, settingInForce } from './network.ts';
import { SETTING } from './tenant-settings.ts';
import type { Workspace } from './types.ts';

const BASE = '/v1/workspaces/:workspaceId/networking/communicationPolicy';

/** What GET shows before anything was put: outbound Deny blocks git by default, the rest is empty (section 11.2). */
const UNTOUCHED: Record<string, unknown> = {
  'outbound/connections': { defaultAction: 'Deny', rules: [] },
  'outbound/gateways': { defaultAction: 'Deny', allowedGateways: [] },
  'outbound/git': { defaultAction: 'Deny' },
  'inbound/firewall': { rules: [] },
  'inbound/azureResources': { rules: [] },
  'inbound/externalDataShares': { defaultAction: 'Allow' },
};

/** Sections 11.2 and 11.3: whole documents, overwritten by PUT and untouched by a PUT of the main policy. */
export const subPolicyRoutes: Route[] = Object.keys(UNTOUCHED).flatMap((name) => [
  { method: 'GET', path: `${BASE}/${name}`, handle: (request, cloud) => read(request, cloud, name) },
  { method: 'PUT', path: `${BASE}/${name}`, handle: (request, cloud) => replace(request, cloud, name) },
]);

const storedIn = (workspace: Workspace, name: string) =>
  (workspace.subPolicies[name] ??= { etag: randomUUID(), document: UNTOUCHED[name] });

function read(request: SimRequest, cloud: Cloud, name: string): SimResponse {
  const workspace = workspaceFor(cloud, request, 'Viewer');
  requireProtection(cloud, workspace, name);
  const { etag, document } = storedIn(workspace, name);
  return { status: 200, headers: { etag }, body: document };
}

function replace(request: SimRequest, cloud: Cloud, name: string): SimResponse {
  const workspace = workspaceFor(cloud, request, 'Admin');
  requireProtection(cloud, workspace, name);
  const firewallOff = !settingInForce(cloud, workspace.tenantId, SETTING.firewallRules);
  if (name === 'inbound/firewall' && cloud.conduct.fabric.switches.requireFirewallSetting && firewallOff) {
    // Section 2.4 [D] that the setting is needed; the code is a stand-in [U].
    throw new Refusal(403, 'FeatureNotAvailable', 'IP firewall rules are switched off in this tenant.');
  }
  if (request.body === undefined) throw new Refusal(400, 'CorruptedPayload', 'The request body is not JSON.');
  const stored = storedIn(workspace, name);
  const ifMatch = request.headers['if-match'];
  if (ifMatch !== undefined && ifMatch !== '*' && ifMatch !== `"${stored.etag}"`) {
    throw new Refusal(412, 'PreconditionFailed', 'The policy has been changed since it was read.');
  }
  // Section 11.2: an omitted top-level defaultAction means Allow.
  const opened = 'defaultAction' in (UNTOUCHED[name] as object) ? { defaultAction: 'Allow' } : {};
  workspace.subPolicies[name] = { etag: randomUUID(), document: { ...opened, ...request.body } };
  return { status: 200, headers: { etag: workspace.subPolicies[name].etag } };
}

/** Outbound documents can be neither read nor written before protection is in force [D]; the code is a stand-in (U11). */
function requireProtection(cloud: Cloud, { policy }: Workspace, name: string): void {
  if (!name.startsWith('outbound/') || !cloud.conduct.fabric.switches.requireOutboundProtection) return;
  if (outboundInForce(policy.outbound, cloud.clock.now(), actingDelays(cloud)) === 'Deny') return;
  throw new Refusal(400, 'OutboundProtectionNotEnabled', 'Outbound access protection is not enabled.');
}
