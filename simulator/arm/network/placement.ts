import type { Cloud } from '../../cloud.ts';
import type { LinkTarget } from '../../connections.ts';
import { checkBearer } from '../../entra/tokens.ts';
import type { Token } from '../../entra/types.ts';
import { Refusal } from '../../exchange.ts';
import { checkRegistration } from '../boundary.ts';
import { keyOf, parseId } from '../ids.ts';
import { reaches } from '../rbac.ts';
import type { ArmRequest } from '../service.ts';
import type { PrivateEndpoint, Subnet } from '../types.ts';
import type { EndpointBody } from './endpoint-body.ts';
import { allocate, findSubnet } from './subnets.ts';

/** The subnet that may hold the endpoint; throws the published refusals (cloud-apis section 9.1). */
export function checkSubnet(request: ArmRequest, cloud: Cloud, body: EndpointBody): Subnet {
  const { switches } = cloud.conduct.arm;
  if (switches.checkLinkedAuthorization) {
    requireLinked(
      cloud,
      [request.caller],
      'Microsoft.Network/virtualNetworks/subnets/join/action',
      body.subnetId,
      request,
    );
  }
  const found = findSubnet(cloud.world.arm, body.subnetId);
  const sameRegion = found?.network.location.replaceAll(' ', '').toLowerCase() === body.location;
  if (!found || (switches.checkEndpointRegion && !sameRegion)) {
    // Azure gives one code for both and does not say which it is.
    const message = `Resource ${body.subnetId} referenced by resource ${request.resourceId} was not found. Please make sure that the referenced resource exists, and that both resources are in the same region.`;
    throw new Refusal(400, 'InvalidResourceReference', message);
  }
  const { subnet } = found;
  if (switches.refuseDelegatedSubnet && subnet.delegations.length > 0) {
    const message = `Private endpoint ${request.resourceId} cannot be created as subnet ${subnet.id} is delegated.`;
    throw new Refusal(400, 'PrivateEndpointCreationNotAllowedAsSubnetIsDelegated', message);
  }
  if (switches.refuseNetworkPolicies && subnet.privateEndpointNetworkPolicies === 'Enabled') {
    const message = `Private endpoint ${request.resourceId} cannot be created in a subnet ${subnet.id} since it has private endpoint network policies enabled.`;
    throw new Refusal(400, 'PrivateEndpointCannotBeCreatedInSubnetThatHasNetworkPoliciesEnabled', message);
  }
  return subnet;
}

/** The resource at the other end, and the caller's right to connect without being asked when the mode is Auto. */
export function checkTarget(request: ArmRequest, cloud: Cloud, { connection }: EndpointBody): LinkTarget {
  const { switches } = cloud.conduct.arm;
  const parsed = parseId(connection.targetId);
  if (!parsed) {
    throw new Refusal(400, 'LinkedInvalidPropertyId', `Property id '${connection.targetId}' is invalid.`);
  }
  const namespace = parsed.type.split('/')[0] ?? '';
  // Also where the target lives in another tenant (cloud-apis section 4.4).
  checkRegistration(cloud, request.subscriptionId, namespace);
  if (connection.mode === 'Auto' && switches.checkLinkedAuthorization) {
    const tokens = [request.caller, ...auxiliaryTokens(request, cloud)];
    requireLinked(cloud, tokens, `${parsed.type}/privateEndpointConnections/write`, connection.targetId, request);
  }
  const target = cloud.connections.find(cloud, connection.targetId);
  const group = target?.groups.find(({ groupId }) => connection.groupIds.includes(groupId));
  if (!target || !group) {
    // The code for a target that does not exist is not documented.
    const what = target ? `has no group '${connection.groupIds.join("', '")}'` : 'was not found';
    const message = `Resource ${connection.targetId} referenced by resource ${request.resourceId} ${what}.`;
    throw new Refusal(400, 'InvalidResourceReference', message);
  }
  return target;
}

/** Addresses for all members of the target's group, or 400 SubnetIsFull. */
export function takeAddresses(
  cloud: Cloud,
  subnet: Subnet,
  target: LinkTarget,
  body: EndpointBody,
  endpointId: string,
): PrivateEndpoint['members'] {
  const group = target.groups.find(({ groupId }) => body.connection.groupIds.includes(groupId));
  const members = group?.members ?? [];
  const wanted = Object.keys(body.staticAddresses).length > 0 ? body.staticAddresses : undefined;
  const addresses = wanted
    ? takeWanted(subnet, members, wanted, endpointId)
    : takeFree(cloud, subnet, members.length, endpointId);
  return members.map(({ member, fqdns }, at) => ({
    groupId: group?.groupId ?? '',
    member,
    address: addresses[at] ?? '',
    fqdns,
  }));
}

function takeFree(cloud: Cloud, subnet: Subnet, count: number, endpointId: string): string[] {
  const addresses = allocate(subnet, count, endpointId);
  if (addresses) return addresses;
  if (!cloud.conduct.arm.switches.subnetAccounting) {
    // Without accounting, addresses are handed out twice.
    return Object.keys(subnet.allocations).slice(0, count);
  }
  const message = `Subnet ${subnet.name} with address prefix ${subnet.addressPrefix} does not have enough capacity for ${count} IP addresses.`;
  throw new Refusal(400, 'SubnetIsFull', message);
}

function takeWanted(
  subnet: Subnet,
  members: readonly { member: string }[],
  wanted: Record<string, string>,
  endpointId: string,
): string[] {
  const addresses = members.map(({ member }) => wanted[member] ?? '');
  const missing = members.filter(({ member }) => !wanted[member]).map(({ member }) => member);
  if (missing.length > 0) {
    const message = `ipConfigurations must list all members of the group; missing: ${missing.join(', ')}.`;
    throw new Refusal(400, 'InvalidRequestFormat', message);
  }
  for (const address of addresses) {
    if (address in subnet.allocations) {
      throw new Refusal(400, 'PrivateIPAddressInUse', `IP address ${address} is in use.`);
    }
  }
  for (const address of addresses) subnet.allocations[address] = keyOf(endpointId);
  return addresses;
}

/** Linked scope check of ARM: one of the tokens must reach the resource that the body names. */
export function requireLinked(
  cloud: Cloud,
  tokens: readonly Token[],
  action: string,
  linkedId: string,
  request: ArmRequest,
): void {
  if (tokens.some((token) => reaches(cloud, token, action, linkedId))) return;
  const { caller } = request;
  const message = `The client with object id '${caller.objectId}' has permission to perform action on scope '${request.resourceId}'; however, it does not have permission to perform action(s) '${action}' on the linked scope(s) '${linkedId}' (respectively) or the linked scope(s) are invalid.`;
  throw new Refusal(403, 'LinkedAuthorizationFailed', message);
}

/** Tokens of other tenants, at most three (cloud-apis section 2.3). */
function auxiliaryTokens(request: ArmRequest, cloud: Cloud): Token[] {
  const header = request.headers['x-ms-authorization-auxiliary'];
  const values = (Array.isArray(header) ? header.join(',') : (header ?? '')).split(',').slice(0, 3);
  return values.flatMap((value) => {
    const check = checkBearer(value.trim(), cloud, [
      'https://management.azure.com',
      'https://management.core.windows.net',
    ]);
    return check.kind === 'valid' ? [check.token] : [];
  });
}
