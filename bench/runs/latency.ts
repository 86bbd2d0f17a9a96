import { setTimeout as pause } from 'node:timers/promises';
import { workspacePrivateLinks } from '../../crds/workspace-private-link.ts';
import { type FleetSize, linkNames, tenantNames } from '../fleet/names.ts';
import type { Stages } from '../fleet/stages.ts';
import type { Passes } from '../stage/passes.ts';

const EVENTS = 400;
const EVERY_MS = 20;

/**
 * Labels change at a steady pace, on other objects each time: milliseconds from sending the change to the decision, the
 * API server's own time included.
 */
export async function latenciesOf(stages: Stages, passes: Passes, size: FleetSize): Promise<number[]> {
  const sentAtMs = new Map<string, number>();
  const took: number[] = [];
  passes.onDecided(({ key, atMs }) => {
    const since = sentAtMs.get(key);
    if (since === undefined) return;
    sentAtMs.delete(key);
    took.push(atMs - since);
  });
  for (let event = 0; event < EVENTS; event += 1) {
    const { namespace } = tenantNames(event % size.tenants);
    const { name } = linkNames(Math.floor(event / size.tenants) % size.linksPerTenant);
    sentAtMs.set(`${namespace}/${name}`, Date.now());
    const body = { metadata: { labels: { event: String(event) } } };
    await stages.kube.patch(workspacePrivateLinks, namespace, name, { type: 'merge', body });
    await pause(EVERY_MS);
  }
  for (let wait = 0; sentAtMs.size > 0 && wait < 100; wait += 1) await pause(50);
  return took;
}
