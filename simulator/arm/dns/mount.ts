import type { Cloud } from '../../cloud.ts';
import { keyOf } from '../ids.ts';
import { serveOperations } from '../operations.ts';
import { dnsAnswer, GROUP } from './answers.ts';
import { mountLinks } from './links.ts';
import { mountRecords } from './records.ts';
import { mountZones, shownZone } from './zones.ts';

/** Microsoft.Network/privateDnsZones. */
export function mountPrivateDns(cloud: Cloud): void {
  mountZones(cloud);
  mountLinks(cloud);
  mountRecords(cloud);
  const base = `${GROUP}/providers/Microsoft.Network`;
  serveOperations(
    cloud,
    {
      status: `${base}/privateDnsOperationStatuses/:operationId`,
      result: `${base}/privateDnsOperationResults/:operationId`,
    },
    {
      status202: ({ conduct }) => conduct.arm.switches.statusAnswers202,
      resultOf(_request, { world }, operation) {
        const zone = world.arm.dnsZones[keyOf(operation.resourceId)];
        return operation.method === 'DELETE' || !zone ? { status: 204 } : dnsAnswer(200, shownZone(zone));
      },
    },
  );
}
