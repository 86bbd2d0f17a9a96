import { lossMachine } from '../../operator/runtime/loss/machine.ts';
import { accessMachine, expansionMachine } from './expansion/machine.ts';
import { grantMachine } from './grants/machine.ts';
import { revocationMachine } from './grants/machine-revocation.ts';
import { mappingMachine } from './mapping/machine.ts';
import { outputsMachine } from './outputs/machine.ts';
import { removalMachine } from './removal/machine.ts';
import { stringMachine } from './strings/machine.ts';

/** The ladders of a CrossTenantMapping, by name. */
export const machines = {
  mapping: mappingMachine,
  grant: grantMachine,
  revocation: revocationMachine,
  string: stringMachine,
  outputs: outputsMachine,
  expansion: expansionMachine,
  access: accessMachine,
  removal: removalMachine,
  loss: lossMachine,
} as const;
