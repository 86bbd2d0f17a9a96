import { capital, NEXT_BY_DISPOSITION, passesByItself } from '../../../operator/words/text.ts';
import { forgetRemedy, grantDetail } from '../grants/describe.ts';
import { heldIn } from '../grants/desired.ts';
import { outputsDetail, outputsRemedy } from '../outputs/describe.ts';
import { stringDetail } from '../strings/describe.ts';
import type { Fault, MappingSeen, Reason, Rest, Seen } from '../types.ts';
import { consentSteps, revokedWords } from './describe-consent.ts';
import { WORDING } from './describe-reasons.ts';

/** A rest in words. */
export type Said = { reason: string; text: string; next: string };

/** What a person reads about one ladder: the error if its effect failed, else its reason with what was found. */
export function say(seen: Seen, rest: Rest): Said {
  if (rest.outcome.kind === 'failed') return sayError(seen, rest, rest.outcome.error);
  const { says, next } = WORDING[rest.reason as Reason];
  const fault = BLAMES.has(rest.reason) ? faultOf(seen, rest) : undefined;
  const found = [detailOf(seen, rest), fault && whyIn(fault)].filter(Boolean);
  const remedy = (SAYS_MORE.has(rest.reason) ? undefined : fault?.error.remedy) ?? outputsRemedy(seen, rest);
  return {
    reason: fault && namesItself(fault) ? fault.error.reason : rest.reason,
    text: found.length > 0 ? `${says} (${found.join('; ')})` : says,
    next: `${remedy ?? next}${letGo(seen, rest)}`,
  };
}

/** Most errors say themselves what they are about. */
const whyIn = ({ about, error }: Fault): string =>
  error.message.includes(about) ? error.message : `${about}: ${error.message}`;

/** For these the error's own remedy is too general. */
const SAYS_MORE: ReadonlySet<string> = new Set([
  'GrantUnreadable',
  'PublishingRefused',
  'StringNotServed',
  'StringUnreadable',
]);

type Failure = Extract<Rest['outcome'], { kind: 'failed' }>['error'];

function sayError(seen: Seen, rest: Rest, error: Failure): Said {
  if (error.reason === 'GuestConsentMissing') return sayConsent(seen);
  // Passing troubles keep the ladder's own reason: a word that people wait for should not flicker.
  const passing = passesByItself(error);
  return {
    reason: passing ? rest.reason : error.reason,
    text: error.message,
    next: `${error.remedy ?? NEXT_BY_DISPOSITION[error.disposition]}${passing || rest.reason !== 'MappingDeleting' ? '' : orAbandon(seen)}`,
  };
}

/** Whoever was mapped before had consented: then it was taken back. */
function sayConsent({ desired, provenance }: Seen): Said {
  const next = consentSteps(desired);
  return provenance.mapping
    ? { reason: 'ConsentRevoked', text: revokedWords(desired), next: `to let them in again, ${next}` }
    : {
        reason: 'GuestConsentMissing',
        text: `tenant ${desired.guest.tenantId} has not consented to cross-tenant access with this provider`,
        next,
      };
}

/** These rests mean that a read failed: then its error says more than we can. */
const BLAMES: ReadonlySet<string> = new Set([
  'ReadRefused',
  'Unobservable',
  'LedgerUnreadable',
  'PrincipalUnreadable',
  'CredentialsLost',
  'GrantUnobservable',
  'GrantUnreadable',
  'PublishingRefused',
  'PublishingUnobservable',
  'StringNotServed',
  'StringUnobservable',
  'StringUnreadable',
]);

/** Why a read was refused is the word that people search for. */
const namesItself = ({ error }: Fault): boolean =>
  error.reason.startsWith('Credential') || ['ProviderNotEnrolled', 'PermissionUnproven'].includes(error.reason);

const abandonCommand = ({ desired: { namespace, name } }: Seen): string =>
  `\`kubectl -n ${namespace} annotate ctm ${name} fabriclink.dev/abandon=yes\``;

/** The ledger and an Event then say what is left. */
const orAbandon = (seen: Seen): string => `; or let the object go and leave the mapping, with ${abandonCommand(seen)}`;

/** Of a deletion that may never see what it waits for: how to end the waiting. */
function letGo(seen: Seen, rest: Rest): string {
  const { machine, reason, tag } = rest;
  const { removal, loss } = seen;
  if (loss && reason === 'CredentialsLost') {
    const when = loss.dueAtMs === undefined ? 'after a day' : `at ${minute(loss.dueAtMs)}`;
    return `; else the object is let go ${when}, or at once with ${abandonCommand(seen)}, and the guest keeps its access`;
  }
  if (machine === 'removal' && ['ReadRefused', 'Unobservable'].includes(reason)) {
    return orAbandon(seen);
  }
  const isStuck = (machine === 'revocation' || machine === 'outputs') && tag === 'stalled';
  if (!removal) return machine === 'revocation' && reason === 'GrantUnreadable' ? forgetRemedy(seen, rest) : '';
  if (!isStuck) return '';
  return `. The mapping does not wait for this, and ends the guest’s access; the object is let go after a day, or at once with ${abandonCommand(seen)}`;
}

/** What could not be read, for the ladder that rests because of it. */
export function faultOf(
  { mapping, grants, strings, outputs, expansion, removal, loss }: Seen,
  { machine, reason, ladder }: Rest,
): Fault | undefined {
  switch (machine) {
    case 'grant':
      return grants.grants[ladder]?.fault;
    case 'revocation':
      return grants.revocations[ladder]?.fault;
    case 'string':
      return strings[ladder]?.fault;
    case 'outputs':
      return outputs?.fault;
    case 'expansion':
      return expansion?.fault;
    case 'removal':
      return removal?.fault;
    case 'loss':
      return reason === 'CredentialsLost' ? loss && { about: 'the credentials', error: loss.error } : loss?.fault;
    default:
      return mapping.fault;
  }
}

/** What was found that the reason alone does not say. */
export function detailOf(seen: Seen, rest: Rest): string | undefined {
  switch (rest.machine) {
    case 'grant':
    case 'revocation':
      return grantDetail(seen, rest);
    case 'string':
      return stringDetail(seen, rest);
    case 'outputs':
      return outputsDetail(seen, rest);
    default:
      return detailOfMapping(seen, rest);
  }
}

function detailOfMapping(
  { desired, mapping, grants, expansion, access, provenance }: Seen,
  { reason }: Rest,
): string | undefined {
  switch (reason) {
    case 'Claimed':
      return mapping.other;
    case 'AdoptionDiffers':
    case 'MappingDiffers':
      return rowInWords(mapping);
    case 'PrincipalContradicted':
      return mapping.detail && `Fabric says ${mapping.detail}`;
    case 'PrincipalAmbiguous':
    case 'PrincipalUnproven':
      return mapping.detail;
    case 'PrincipalRecycled':
      return desired.principalId ?? provenance.principal?.id;
    case 'PrincipalResolved': {
      const { principal } = mapping;
      return principal.kind === 'known' ? `${principal.type} ${principal.id}` : undefined;
    }
    case 'GroupExpanding':
      return [expansion?.dueAtMs && `by ${minute(expansion.dueAtMs)}`, partly(grants)].filter(Boolean).join('; ');
    case 'GroupExpanded':
    case 'GroupEmpty':
    case 'GroupExpansionDue':
      return partly(grants);
    case 'AccessSettling':
      return access && `until about ${minute(access.dueAtMs)}`;
    default:
      return undefined;
  }
}

/** Members get what is there; what is not is said elsewhere, and must not be taken for theirs. */
function partly(grants: Seen['grants']): string | undefined {
  const { held, asked } = heldIn(grants);
  return held === asked ? undefined : `with ${held} of ${asked} workspace roles; for the rest see Granted`;
}

function rowInWords({ row }: MappingSeen): string | undefined {
  const parts = [
    row?.type && `type ${row.type}`,
    row?.denyUserAccess !== undefined && `denyUserAccess ${row.denyUserAccess}`,
  ].filter(Boolean);
  return parts.length > 0 ? `it has ${parts.join(' and ')}` : undefined;
}

/** RFC 3339 without seconds. */
const minute = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16)}Z`;

export const line = (seen: Seen, rest: Rest): string => {
  const { text, next } = say(seen, rest);
  return capital(`${text}; ${next}.`);
};
