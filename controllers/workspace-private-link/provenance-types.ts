import type { ApprovalNote } from '../../operator/approval/note.ts';
import type { Recreations } from '../../operator/approval/recreation.ts';
import type { ArmId } from './cloud-types.ts';

import type { Consumer } from './desired-types.ts';

export type How = 'created' | 'adopted' | 'taking';

/** Annotation match.<name>: what has happened about the request of a managed private endpoint. */
export type MatchNote = ApprovalNote;

/** A note, the annotation that holds it, and the name of the entry for which it was written. */
export type Noted = { key: string; name: string; note: MatchNote };

/** What annotations say: written before the call it is about, and never derived from the cloud. */
export type Provenance = {
  service: 'created' | 'adopted' | 'taking' | 'none';
  /** By the ref of its ARM id, as everything about a private endpoint: what its entry is called changes nothing. */
  endpoints: Readonly<Record<string, { how: How; id: ArmId }>>;
  /** By ref: the zone that its zone group was written for. */
  zoneGroups: Readonly<Record<string, ArmId>>;
  /** By ref: the zones that its records were written into, of which the spec names the last at most. */
  records: Readonly<Record<string, readonly ArmId[]>>;
  /** By ref: what recreatePolicy OnRejection has given up lately, names of connections. */
  recreations: Readonly<Record<string, Recreations>>;
  /** By ref: what its entry was called when its notes were written, and the annotations that they are. For people, and to take them away. */
  noted: Readonly<Record<string, { name: string; keys: readonly string[] }>>;
  /** Shared zones that this object uses. */
  zones: readonly ArmId[];
  /** Links in given zones that this object made. */
  links: readonly { zoneId: ArmId; name: string; key: string }[];
  /** Zones that such links are or were in, and the annotations that say so. */
  linkedZones: readonly { zoneId: ArmId; key: string }[];
  /** By the lower-case ARM id of an endpoint or a zone: whose credentials reach it, where these are not the object's own. */
  consumers: Readonly<Record<string, Consumer>>;
  accessBefore: 'Allow' | 'Deny' | 'none';
  outboundBefore: 'Allow' | 'Deny' | 'none';
  denyAtMs: number | undefined;
  allowAtMs: number | undefined;
  outboundAtMs: number | undefined;
  locked: boolean;
  relocksMs: readonly number[];
  policyWrite: string | undefined;
  /** Since when a deletion has been without credentials. */
  lostAtMs: number | undefined;
  /** Name of the ConfigMap that the outputs were last published in. */
  published: string | undefined;
  /** The workspace was opened by break-glass, until then; kept until it is closed again. */
  glassUntilMs: number | undefined;
  /** The value of the annotation break-glass that was refused for being too far ahead. */
  glassRefused: string | undefined;
  /** By annotation key, see `notedFor`. */
  matches: Readonly<Record<string, MatchNote>>;
  /** Subscription of a workspace's managed network, by annotation key, see `pinOf`. */
  pins: Readonly<Record<string, string>>;
};
