import { abandonmentMachine } from './machine-abandonment.ts';
import { breakGlassMachine, inboundMachine, inboundReleaseMachine, outboundMachine } from './machine-access.ts';
import { connectionMachine, managedConnectionMachine, revocationMachine } from './machine-connections.ts';
import { dnsMachine } from './machine-dns.ts';
import { endpointMachine, endpointRemovalMachine } from './machine-endpoint.ts';
import { notesMachine } from './machine-notes.ts';
import { outputsMachine } from './machine-outputs.ts';
import { placementMachine } from './machine-placement.ts';
import { proofMachine } from './machine-proof.ts';
import { serviceMachine, serviceRemovalMachine } from './machine-service.ts';

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
