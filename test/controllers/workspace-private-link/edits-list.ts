import { type WorkspacePrivateLink } from '../../../crds/workspace-private-link.ts';
import {
  anEntry,
  CENTRAL,
  denying,
  idsOf,
  lawful,
  linkTo,
  NAMES,
  networkOf,
  PLACES,
  type Play,
  type Player,
  withZone,
  type Zone,
} from './edits-world.ts';
import { WORKSPACE } from './living.ts';

type Edit = { name: string; weight: number; make: (play: Play, resource: WorkspacePrivateLink) => void };

const entryAt = (play: Play, { spec }: WorkspacePrivateLink) => play.chance.oneOf(spec.endpoints);
const freeName = (play: Play, { spec }: WorkspacePrivateLink) =>
  play.chance.oneOf(NAMES.filter((name) => !spec.endpoints.some((entry) => entry.name === name)));

const EDITS: readonly Edit[] = [
  {
    name: 'rename',
    weight: 4,
    make(play, resource) {
      const [entry, name] = [entryAt(play, resource), freeName(play, resource)];
      if (entry && name) entry.name = name;
    },
  },
  {
    name: 'rename, same private endpoint',
    weight: 5,
    make(play, resource) {
      const [entry, name] = [entryAt(play, resource), freeName(play, resource)];
      if (!entry || !name) return;
      entry.resourceName ??= idsOf(resource).find((one) => one.name === entry.name)!.scope.name;
      entry.name = name;
    },
  },
  {
    name: 'swap names',
    weight: 4,
    make(_, { spec }) {
      const [one, other] = spec.endpoints;
      if (one && other) [one.name, other.name] = [other.name, one.name];
    },
  },
  {
    name: 'same name, another place',
    weight: 4,
    make(play, resource) {
      const index = play.chance.below(resource.spec.endpoints.length);
      const entry = resource.spec.endpoints[index];
      if (entry) resource.spec.endpoints[index] = anEntry(play, entry.name);
    },
  },
  {
    name: 'another subnet',
    weight: 2,
    make(play, resource) {
      const entry = entryAt(play, resource);
      if (entry) entry.subnetId = `${networkOf(play.chance.oneOf(PLACES))}/subnets/links`;
    },
  },
  {
    name: 'another zone',
    weight: 3,
    make(play, resource) {
      const entry = entryAt(play, resource);
      if (!entry) return;
      withZone(entry, play.chance.oneOf<Zone>([undefined, CENTRAL]));
      // The same networks as before, or those of the new zone's neighbourhood.
      if (play.chance.happens(0.5)) linkTo(entry, [1]);
    },
  },
  {
    name: 'another dns mode',
    weight: 3,
    make(play, resource) {
      const entry = entryAt(play, resource);
      if (entry?.dns) entry.dns.mode = entry.dns.mode === 'Records' ? 'ZoneGroup' : 'Records';
    },
  },
  {
    name: 'other links',
    weight: 2,
    make(play, resource) {
      const entry = entryAt(play, resource);
      if (entry)
        linkTo(
          entry,
          [1, 2].filter(() => play.chance.happens(0.6)),
        );
    },
  },
  {
    name: 'add',
    weight: 4,
    make(play, resource) {
      const name = freeName(play, resource);
      if (name && resource.spec.endpoints.length < 3) resource.spec.endpoints.push(anEntry(play, name));
    },
  },
  {
    name: 'take out',
    weight: 3,
    make(play, { spec }) {
      spec.endpoints.splice(play.chance.below(spec.endpoints.length), 1);
    },
  },
  {
    name: 'adoptionPolicy',
    weight: 1,
    make: (play, { spec }) => void (spec.adoptionPolicy = play.chance.oneOf(['IfIdentical', 'Always', 'Never'])),
  },
  {
    name: 'deletionPolicy',
    weight: 1,
    make: (play, { spec }) =>
      void (spec.deletionPolicy = play.chance.oneOf(['DeleteCreated', 'DeleteCreated', 'DeleteAll', 'Retain'])),
  },
  {
    name: 'rejections',
    weight: 3,
    make(play, resource) {
      resource.spec.connections = idsOf(resource)
        .filter(() => play.chance.happens(0.3))
        .map(({ name, resourceId }) => ({
          name: `not-${name}`,
          source: { privateEndpointId: resourceId },
          decision: 'Reject' as const,
        }));
    },
  },
  {
    name: 'recreatePolicy',
    weight: 1,
    make(play, resource) {
      const entry = entryAt(play, resource);
      if (entry) entry.recreatePolicy = play.chance.oneOf(['Never', 'OnRejection']);
    },
  },
  {
    name: 'inbound',
    weight: 3,
    make(play, { spec }) {
      if (spec.workspaceId !== WORKSPACE) return;
      const choice = play.chance.oneOf(['Deny', 'Deny', 'Allow', 'none'] as const);
      if (choice === 'none') delete spec.inbound;
      else
        spec.inbound = choice === 'Deny' ? denying(play.chance) : { publicAccess: 'Allow', requires: 'ControlPlane' };
    },
  },
];

const LOTS = EDITS.flatMap((edit) => Array.from({ length: edit.weight }, () => edit));

/** One edit, or several in a row that nobody looks at in between. */
export function edit(play: Play, player: Player): void {
  const times = play.chance.happens(0.25) ? 2 : 1;
  for (let time = 0; time < times; time += 1) {
    const { name, make } = play.chance.oneOf(LOTS);
    player.living.change((resource) => {
      make(play, resource);
      lawful(resource);
      resource.metadata.generation = (resource.metadata.generation ?? 0) + 1;
    });
    play.story.push(`${player.name}: ${name} → ${specText(player.living.resource)}`);
  }
}

export const specText = ({ spec }: WorkspacePrivateLink): string =>
  `${spec.endpoints
    .map(({ name, resourceName, resourceGroup, subnetId, dns }) => {
      const zone = dns && (dns.zoneId ? 'central' : 'own');
      const links = dns?.virtualNetworkLinks
        ?.map(({ virtualNetworkId }) => virtualNetworkId.split('/').at(-1))
        .join('+');
      return `${name}=${resourceGroup}/${resourceName ?? '*'}@${subnetId.split('/').at(-3)}:${dns?.mode}/${zone}/${links}`;
    })
    .join(
      ' ',
    )} [${spec.inbound?.publicAccess ?? '-'}/${spec.inbound?.onDelete ?? '-'} ${spec.adoptionPolicy} ${spec.deletionPolicy}]`;
