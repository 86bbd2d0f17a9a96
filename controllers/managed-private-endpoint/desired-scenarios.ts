import scenarios from './scenarios.json' with { type: 'json' };

/** One supported use of a managed private endpoint from one workspace to another. */
export type Scenario = { code: string; from: string; to: string; use: string; needs?: string; path?: string };

/** The supported uses (dated: `scenarios.json`). Others need a data gateway. */
export const SCENARIOS: readonly Scenario[] = scenarios.scenarios;

/** What to know that is not about one use. */
export const OTHER_USES: string = scenarios.otherwise.text;
export const OPEN_TARGET: string = scenarios.openTarget.text;

/** OneLake's name of one workspace, by which alone a notebook in another one reaches it privately (cloud-apis 10.1). */
export function oneLakeHost(workspaceId: string): string {
  const compact = workspaceId.replaceAll('-', '').toLowerCase();
  return `${compact}.z${compact.slice(0, 2)}.onelake.fabric.microsoft.com`;
}

/** For the sentence after approval: what works now, and what a notebook must say. Short, since a status holds it. */
export function usesOf(targetWorkspaceId: string): string {
  const host = oneLakeHost(targetWorkspaceId);
  return SCENARIOS.map(({ from, to, needs, path }) => {
    const where = path?.replace('<workspace id>', targetWorkspaceId.toLowerCase()).replace('<host>', host);
    const words = [needs, where].filter((text) => text !== undefined).join(': ');
    return words === '' ? `${from} to ${to}` : `${from} to ${to} (${words})`;
  }).join('; ');
}
