import { mountArmFabric } from './arm/fabric/room.ts';
import { mountArm } from './arm/mount.ts';
import type { Room } from './cloud.ts';
import { mountEntra } from './entra/mount.ts';
import { mountFabric } from './fabric/room.ts';
import { mountGraph } from './graph/room.ts';

/** Every room of the simulated clouds, in the order in which they are mounted. */
export const rooms: Room[] = [mountEntra, mountArm, mountFabric, mountArmFabric, mountGraph];
