import type { Room } from './cloud.ts';

/** Every room of the simulated clouds, in the order in which they are mounted. */
export const rooms: Room[] = [];
