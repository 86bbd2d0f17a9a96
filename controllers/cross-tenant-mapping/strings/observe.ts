import type { ConnectionStringQuery } from '../../../operator/clients/fabric/types.ts';
import { attempt, blindness } from '../../../operator/runtime/reading.ts';
import { type Context } from '../reading.ts';
import type { Fault } from '../types.ts';
import type { StringFacts } from './fact-types.ts';
import type { StringSeen, StringsSeen } from './types.ts';

type Entry = NonNullable<Context['pass']['resource']['spec']['connectionStrings']>[number];

export const stringLadder = (name: string): string => `string/${name}`;

/**
 * The guest's host names. They are stable for one item, guest tenant and link type (cloud-apis 14), so that an answer
 * serves for half a day; an entry that is changed is another question and asked at once.
 */
export async function observeStrings(context: Context): Promise<StringsSeen> {
  const { metadata, spec } = context.pass.resource;
  if (metadata.deletionTimestamp !== undefined) return {};
  const seen = await Promise.all((spec.connectionStrings ?? []).map((entry) => observeString(context, entry)));
  return Object.fromEntries(seen.map((one) => [stringLadder(one.name), one]));
}

async function observeString(context: Context, entry: Entry): Promise<StringSeen> {
  const { pass, clients } = context;
  const query = queryOf(entry, pass.resource.spec.guest.tenantId);
  const item =
    'warehouseId' in query.item
      ? `warehouse ${query.item.warehouseId}`
      : `SQL analytics endpoint ${query.item.sqlEndpointId}`;
  const base = { name: entry.name, workspaceId: query.workspaceId, item };
  const read = await attempt(context, `the connection string of ${item}`, async () => {
    const { value } = await clients.fabric.connectionString(query, pass.call);
    return value;
  });
  if (read.fault) return { ...base, facts: { host: blindTo(read.fault) }, fault: read.fault };
  return { ...base, facts: { host: 'known' }, host: read.value };
}

function queryOf(entry: Entry, guestTenantId: string): ConnectionStringQuery {
  const { workspaceId, warehouseId, sqlEndpointId = '' } = entry;
  return {
    workspaceId: workspaceId.toLowerCase(),
    item:
      warehouseId === undefined
        ? { sqlEndpointId: sqlEndpointId.toLowerCase() }
        : { warehouseId: warehouseId.toLowerCase() },
    guestTenantId: guestTenantId.toLowerCase(),
    privateLinkType: entry.privateLinkType ?? 'None',
  };
}

const BY_REASON: Readonly<Record<string, StringFacts['host']>> = {
  ItemNotFound: 'itemMissing',
  GuestTenantUnknown: 'guestUnknown',
  CapacityNotActive: 'paused',
  UnsupportedSku: 'unsupported',
  NoPrivatePath: 'restricted',
};

function blindTo(fault: Fault): StringFacts['host'] {
  const { reason, disposition } = fault.error;
  return BY_REASON[reason] ?? (disposition === 'terminal' ? 'unsupported' : blindness(fault));
}
