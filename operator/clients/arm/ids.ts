import { OperatorError } from '../../errors.ts';
import type { ArmId } from './types.ts';

export type ParsedArmId = {
  subscriptionId: string;
  resourceGroup: string;
  /** Such as `Microsoft.Network`. */
  provider: string;
  /** Types and names alternating below the provider: `[['virtualNetworks', 'hub'], ['subnets', 'links']]`. */
  path: readonly (readonly [type: string, name: string])[];
};

const ARM_ID = /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)\/providers\/([^/]+)\/(.+)$/i;

/** Takes an ARM resource id apart. Throws OperatorError `terminal`: ids come from the spec. */
export function parseArmId(id: ArmId): ParsedArmId {
  const match = ARM_ID.exec(id);
  const segments = match?.[4]?.split('/') ?? [];
  if (!match || segments.length % 2 !== 0 || segments.some((segment) => segment === '')) throw notAnId(id);
  const path: [string, string][] = [];
  for (let index = 0; index < segments.length; index += 2) path.push([segments[index]!, segments[index + 1]!]);
  return { subscriptionId: match[1]!, resourceGroup: match[2]!, provider: match[3]!, path };
}

/** The name of the resource `depth` levels below the provider; 0 is the top one. */
export function nameAt(id: ArmId, depth: number): string {
  const name = parseArmId(id).path[depth]?.[1];
  if (name === undefined) throw notAnId(id);
  return name;
}

/** ARM ids compare without regard to case, and with or without a trailing slash. */
export function armKey(id: ArmId): string {
  return id.toLowerCase().replace(/\/+$/, '');
}

export function sameArmId(one: ArmId, other: ArmId): boolean {
  return armKey(one) === armKey(other);
}

/** Names in ids come from specs: a slash, a question mark or a way upwards in one must not become another resource. */
export function armPath(...segments: readonly string[]): string {
  const upwards = segments.find((segment) => segment === '.' || segment === '..');
  if (upwards !== undefined) throw notAnId(upwards);
  return segments.map((segment) => `/${encodeURIComponent(segment)}`).join('');
}

export function resourcePath(id: ArmId): string {
  const { subscriptionId, resourceGroup, provider, path } = parseArmId(id);
  return armPath(
    'subscriptions',
    subscriptionId,
    'resourceGroups',
    resourceGroup,
    'providers',
    provider,
    ...path.flat(),
  );
}

function notAnId(id: string): OperatorError {
  return new OperatorError({
    disposition: 'terminal',
    reason: 'InvalidResourceId',
    message: `"${id}" is not the id of an Azure resource of the expected kind`,
    remedy: 'use the full id: /subscriptions/…/resourceGroups/…/providers/…',
  });
}
