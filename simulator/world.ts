import { type ArmWorld, emptyArm } from './arm/types.ts';
import { type EntraWorld, emptyEntra } from './entra/types.ts';
import { emptyFabric, type FabricWorld } from './fabric/world.ts';
import { emptyGraph, type GraphWorld } from './graph/types.ts';
import type { ScheduledEvent } from './schedule.ts';

/** Everything that the simulated clouds know: plain data (JSON), one part per room, one object for all tenants. */
export type World = {
  entra: EntraWorld;
  arm: ArmWorld;
  fabric: FabricWorld;
  graph: GraphWorld;
  /** What is under way: provisioning, propagation, deletions. */
  scheduled: ScheduledEvent[];
};

export function emptyWorld(): World {
  return { entra: emptyEntra(), arm: emptyArm(), fabric: emptyFabric(), graph: emptyGraph(), scheduled: [] };
}
