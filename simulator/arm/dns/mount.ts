import type { Cloud } from '../../cloud.ts';
import { keyOf, nameOf, parentOf } from '../ids.ts';
import { serveOperations } from '../operations.ts';
import { dnsAnswer, GROUP } from './answers.ts';
import { mountLinks, shownLink } from './links.ts';
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
      resultOf(request, { world }, { method, resourceId }) {
        if (method === 'DELETE') return { status: 204 };
        const zone = world.arm.dnsZones[keyOf(resourceId)];
        if (zone) return dnsAnswer(200, shownZone(zone));
        const link = world.arm.dnsZones[keyOf(parentOf(resourceId))]?.links[nameOf(keyOf(resourceId))];
        return link ? dnsAnswer(200, shownLink(link, request)) : { status: 204 };
      },
    },
  );
}
