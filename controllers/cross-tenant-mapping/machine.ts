import { lossMachine } from './credentials/machine.ts';
import { accessMachine, expansionMachine } from './expansion/machine.ts';
import { mappingMachine } from './mapping/machine.ts';
import { removalMachine } from './removal/machine.ts';

/** The ladders of a CrossTenantMapping, by name. */
export const machines = {
  mapping: mappingMachine,
  expansion: expansionMachine,
  access: accessMachine,
  removal: removalMachine,
  loss: lossMachine,
} as const;
