import type { Ending } from './stage-view.ts';
import { SALES } from './stage-world.ts';

const PLACES = ['rg-network-hub', 'rg-network-spoke'];

/** Per network: names first, then the endpoint, then the link, then the zone; the service after every endpoint. */
const SAFE_ORDER: [string, string, string][] = [
  ...PLACES.flatMap((place): [string, string, string][] => [
    ['record', 'endpoint', place],
    ['zonegroup', 'endpoint', place],
    ['endpoint', 'link', place],
    ['link', 'zone', place],
  ]),
  ['endpoint', 'service', ''],
];

/** What ended in the wrong order, or while the workspace was closed to the public: both would cut somebody off. */
export function unsafeEndings(endings: readonly Ending[]): string[] {
  const wrong = SAFE_ORDER.filter(([first, second, place]) => {
    const of = (kind: string) => (ending: Ending) => ending.key.startsWith(`${kind} `) && ending.key.includes(place);
    const began = endings.findIndex(of(second));
    return began !== -1 && endings.findLastIndex(of(first)) > began;
  });
  const locked = endings.filter(({ inbound }) => inbound[SALES] !== 'Allow');
  return [
    ...wrong.map(([first, second, place]) => `a ${second} went before a ${first} ${place}`),
    ...locked.map(({ key }) => `while the workspace was closed: ${key}`),
  ];
}
