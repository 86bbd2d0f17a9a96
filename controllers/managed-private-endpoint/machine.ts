import { lossMachine } from '../../operator/runtime/loss/machine.ts';
import { approvalMachine } from './machine-approval.ts';
import { endpointMachine } from './machine-endpoint.ts';
import { removalMachine } from './machine-removal.ts';
import { targetMachine } from './machine-target.ts';

/** The ladders of a ManagedPrivateEndpoint, by name. */
export const machines = {
  target: targetMachine,
  endpoint: endpointMachine,
  approval: approvalMachine,
  removal: removalMachine,
  loss: lossMachine,
} as const;
