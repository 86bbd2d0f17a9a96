import type { Stage } from './stage.ts';
import { type Call, isCloudWrite } from './stage-calls.ts';

/** Plans beside deeds: both as lines `ladder: action thing`, so that they can be compared. */
export type PlanLine = { ladder: string; action: string; description?: string };

export const planOf = (stage: Stage, name = 'sales'): readonly PlanLine[] => stage.link(name)?.status?.plan ?? [];

const TAKES_NO_CALL = new Set(['adoptService', 'adoptEndpoint', 'publishOutputs', 'withdrawOutputs']);
/** Taking over writes our mark by the same call as a correction. */
const SAME_CALL: Readonly<Record<string, string>> = {
  takeOverService: 'patchServiceTags',
  takeOverEndpoint: 'putEndpoint',
};
const DECISIONS = new Set(['approveListed', 'rejectListed', 'revokeUnlisted']);
const POLICY = new Set(['rehearsePolicy', 'denyInbound', 'openInbound', 'applyOutbound']);
/** An effect's name begins small; the reason of a person's turn does not. */
const isEffect = ({ action }: PlanLine): boolean => /^[a-z]/.test(action);

export const personsTurns = (plan: readonly PlanLine[]): readonly string[] =>
  plan.filter((line) => !isEffect(line)).map(({ ladder, action }) => `${ladder}: ${action}`);

/** What a plan promises to write to clouds, ladder by ladder; the policy is one document of two ladders. */
export const promised = (plan: readonly PlanLine[]): Record<string, readonly string[]> =>
  byLadder(
    plan
      .filter((line) => isEffect(line) && !TAKES_NO_CALL.has(line.action))
      .map(({ ladder, action, description = '' }) => {
        if (POLICY.has(action)) return ['policy', 'write'] as const;
        if (DECISIONS.has(action)) return ['decisions', 'write'] as const;
        const record = /record "([^"]+)"/.exec(description)?.[1];
        return [ladder, record === undefined ? (SAME_CALL[action] ?? action) : `${action} ${record}`] as const;
      }),
  );

const PLACE = /\/resourcegroups\/rg-network-(\w+)\//;
const ROUTES: readonly (readonly [method: string, path: RegExp, (path: string) => readonly [string, string]])[] = [
  ['PUT', /\/privatelinkservicesforfabric\/[^/]+$/, () => ['service', 'putService']],
  ['PATCH', /\/privatelinkservicesforfabric\/[^/]+$/, () => ['service', 'patchServiceTags']],
  [
    'PUT',
    /\/privateendpointconnections\/pe-sales-(\w+)-/,
    (path) => [`endpoint/${connected(path)}`, 'approveConnection'],
  ],
  [
    'DELETE',
    /\/privateendpointconnections\/pe-sales-(\w+)-/,
    (path) => [`removal/${connected(path)}`, 'deleteConnection'],
  ],
  ['PUT', /\/privateendpointconnections\/[^/]+$/, () => ['decisions', 'write']],
  ['PUT', /\/privateendpoints\/[^/]+$/, (path) => [`endpoint/${placeOf(path)}`, 'putEndpoint']],
  ['DELETE', /\/privateendpoints\/[^/]+$/, (path) => [`endpoint/${placeOf(path)}`, 'deleteEndpoint']],
  ['PUT', /\/privatednszonegroups\/[^/]+$/, (path) => [`dns/${placeOf(path)}`, 'putZoneGroup']],
  ['DELETE', /\/privatednszonegroups\/[^/]+$/, (path) => [`dns/${placeOf(path)}`, 'deleteZoneGroup']],
  ['PUT', /\/privatednszones\/[^/]+$/, (path) => [`dns/${placeOf(path)}`, 'createZone']],
  ['DELETE', /\/privatednszones\/[^/]+$/, (path) => [`removal/${placeOf(path)}`, 'deleteZone']],
  ['PUT', /\/virtualnetworklinks\/[^/]+$/, (path) => [`dns/${placeOf(path)}`, 'putLink']],
  ['DELETE', /\/virtualnetworklinks\/[^/]+$/, (path) => [`dns/${placeOf(path)}`, 'deleteSurplusLink']],
  ['PUT', /\/a\/[^/]+$/, (path) => [`dns/${placeOf(path)}`, `putRecord ${path.split('/').at(-1)}`]],
  ['DELETE', /\/a\/[^/]+$/, (path) => [`removal/${placeOf(path)}`, `deleteRecord ${path.split('/').at(-1)}`]],
  ['POST', /\/providers\/[^/]+\/register$/, () => ['provider', 'register']],
  ['PUT', /\/communicationpolicy$/, () => ['policy', 'write']],
];

const placeOf = (path: string): string => PLACE.exec(path)?.[1] ?? path;
const connected = (path: string): string => /\/pe-sales-(\w+)-/.exec(path)?.[1] ?? path;

/** What was really written to clouds, in the same words. `removed`: endpoints that the spec names no more. */
export const done = (calls: readonly Call[], removed: readonly string[] = []): Record<string, readonly string[]> =>
  byLadder(
    calls.filter(isCloudWrite).map(({ method, path }) => {
      const lower = path.toLowerCase();
      const route = ROUTES.find(([verb, pattern]) => verb === method && pattern.test(lower));
      if (!route) throw new Error(`no plan knows of ${method} ${path}`);
      const [ladder, what] = route[2](lower);
      const name = ladder.split('/')[1] ?? '';
      return removed.includes(name) ? [`removal/${name}`, what.replace('Surplus', '')] : [ladder, what];
    }),
  );

/** An effect that was asked for again before it showed counts once; the policy is counted by its writes. */
function byLadder(lines: readonly (readonly [string, string])[]): Record<string, readonly string[]> {
  const found: Record<string, string[]> = {};
  for (const [ladder, what] of lines) {
    const so = (found[ladder] ??= []);
    if (ladder === 'policy' || ladder === 'decisions' || !so.includes(what)) so.push(what);
  }
  return found;
}
