import { breakGlassMachine, inboundMachine, inboundReleaseMachine, outboundMachine } from './access/machine.ts';
import { connectionMachine, managedConnectionMachine, revocationMachine } from './connections/machine.ts';
import { abandonmentMachine } from './credentials/machine-abandonment.ts';
import { notesMachine } from './credentials/machine-notes.ts';
import { dnsMachine } from './dns/machine.ts';
import { endpointMachine, endpointRemovalMachine } from './endpoint/machine.ts';
import { outputsMachine } from './outputs/machine.ts';
import { placementMachine } from './placement/machine.ts';
import { proofMachine } from './proof/machine.ts';
import { serviceMachine, serviceRemovalMachine } from './service/machine.ts';

/** Every ladder of the kind, upwards and downwards, by the name that `ladders` uses. */
export const machines = {
  service: serviceMachine,
  placement: placementMachine,
  endpoint: endpointMachine,
  dns: dnsMachine,
  proof: proofMachine,
  breakGlass: breakGlassMachine,
  connection: connectionMachine,
  managedConnection: managedConnectionMachine,
  revocation: revocationMachine,
  inbound: inboundMachine,
  outbound: outboundMachine,
  outputs: outputsMachine,
  notes: notesMachine,
  inboundRelease: inboundReleaseMachine,
  endpointRemoval: endpointRemovalMachine,
  serviceRemoval: serviceRemovalMachine,
  abandonment: abandonmentMachine,
} as const;
