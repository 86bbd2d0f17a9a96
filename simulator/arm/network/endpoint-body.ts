import { Refusal } from '../../exchange.ts';
import type { ArmConduct } from '../conduct.ts';
import { list, member, text } from '../members.ts';

/** What a PUT of a private endpoint asks for, validated by itself; what it points at is checked elsewhere. */
export type EndpointBody = {
  location: string;
  subnetId: string;
  customNetworkInterfaceName?: string;
  tags: unknown;
  connection: { name: string; mode: 'Manual' | 'Auto'; targetId: string; groupIds: string[]; requestMessage: string };
  /** Wanted addresses by member name; empty: Azure chooses. */
  staticAddresses: Record<string, string>;
};

/** Throws 400 InvalidRequestFormat for what no target and no subnet could make right (cloud-apis section 9.1). */
export function readEndpointBody(body: unknown, switches: ArmConduct['switches']): EndpointBody {
  const properties = member(body, 'properties');
  const manual = list(member(properties, 'manualPrivateLinkServiceConnections'));
  const auto = list(member(properties, 'privateLinkServiceConnections'));
  if (switches.requireOneConnection && manual.length + auto.length !== 1) {
    throw malformed('A private endpoint takes exactly one private link service connection.');
  }
  const connection = manual[0] ?? auto[0];
  const location = text(member(body, 'location'));
  const subnetId = text(member(properties, 'subnet', 'id'));
  const targetId = text(member(connection, 'properties', 'privateLinkServiceId'));
  const requestMessage = text(member(connection, 'properties', 'requestMessage')) ?? '';
  if (!location) throw new Refusal(400, 'LocationRequired', 'The location property is required for this definition.');
  if (!subnetId) throw malformed('properties.subnet.id is missing.');
  if (!targetId) throw malformed('privateLinkServiceId is missing.');
  if (switches.limitRequestMessage && requestMessage.length > 140) {
    throw malformed(`requestMessage has ${requestMessage.length} characters; 140 is the limit.`);
  }
  const customName = text(member(properties, 'customNetworkInterfaceName'));
  return {
    location: location.replaceAll(' ', '').toLowerCase(),
    subnetId,
    ...(customName && { customNetworkInterfaceName: customName }),
    tags: member(body, 'tags'),
    connection: {
      name: text(member(connection, 'name')) ?? '',
      mode: manual.length > 0 ? 'Manual' : 'Auto',
      targetId,
      groupIds: list(member(connection, 'properties', 'groupIds')).map(String),
      requestMessage,
    },
    staticAddresses: Object.fromEntries(
      list(member(properties, 'ipConfigurations')).map((configuration) => [
        text(member(configuration, 'properties', 'memberName')) ?? '',
        text(member(configuration, 'properties', 'privateIPAddress')) ?? '',
      ]),
    ),
  };
}

function malformed(message: string): Refusal {
  return new Refusal(400, 'InvalidRequestFormat', 'Cannot parse the request.', {
    extra: { details: [{ code: 'InvalidRequestFormat', message }] },
  });
}
