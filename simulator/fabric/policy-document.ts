import { Refusal } from '../exchange.ts';
import type { NetworkAction } from './effective.ts';
import type { Workspace } from './types.ts';

export type PolicyDocument = { inbound: NetworkAction; outbound: NetworkAction };

export function shownPolicy({ policy }: Workspace) {
  return {
    inbound: { publicAccessRules: { defaultAction: policy.inbound.configured } },
    outbound: { publicAccessRules: { defaultAction: policy.outbound.configured } },
  };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

const invalid = (message: string) => new Refusal(400, 'InvalidInput', message);

/**
 * What a PUT body asks for. A half, or a `defaultAction`, that is missing becomes Allow, silently (section 11.1 [D]);
 * `missing` gives what stands there instead when that behaviour is off.
 */
export function requestedPolicy(body: unknown, missing: PolicyDocument): PolicyDocument {
  if (!isObject(body)) throw new Refusal(400, 'CorruptedPayload', 'The request body is not a JSON object.');
  return {
    inbound: actionOf(body, 'inbound', missing.inbound),
    outbound: actionOf(body, 'outbound', missing.outbound),
  };
}

function actionOf(body: Record<string, unknown>, half: 'inbound' | 'outbound', missing: NetworkAction): NetworkAction {
  const direction = body[half] ?? {};
  if (!isObject(direction)) throw invalid(`${half} must be an object.`);
  const rules = direction['publicAccessRules'] ?? {};
  if (!isObject(rules)) throw invalid(`${half}.publicAccessRules must be an object.`);
  const action = rules['defaultAction'] ?? missing;
  if (action !== 'Allow' && action !== 'Deny') throw invalid(`${half}.publicAccessRules.defaultAction is unknown.`);
  return action;
}
