import type { Guid, LinkService } from './types.ts';
import type { FabricWorld } from './world.ts';

/** The private link service of a workspace, while one exists (1:1, section 7.1 [D]). */
export function linkServiceOf(fabric: FabricWorld, workspaceId: Guid): LinkService | undefined {
  const id = workspaceId.toLowerCase();
  return Object.values(fabric.linkServices).find((service) => service.workspaceId.toLowerCase() === id);
}
