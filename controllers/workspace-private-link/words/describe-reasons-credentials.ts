import type { Reason } from '../types.ts';
import type { Wording } from './describe-wording.ts';

/** About whose credentials reach what, and what is given up without them. */
export const CREDENTIALS_WORDING = {
  AbandonIgnored: {
    says: 'annotation fabriclink.dev/abandon is ignored, because the credentials work',
    next: 'everything is taken down in its safe order',
  },
  Abandoned: {
    says: 'it is given up for want of credentials, and may still be in the cloud',
    next: 'the rest is taken down without it',
  },
  Abandoning: {
    says: 'the credentials did not come back, or a person gave up waiting for them',
    next: 'the operator writes down what is left and lets the object go',
  },
  CredentialMissing: {
    says: 'the credentials for its tenant are missing or refused, and without them nothing of it can be seen or changed',
    next: 'create or correct the Secret that credentialsRef names; the operator looks again as soon as it changes, and every ten minutes',
  },
  CredentialsBack: { says: 'the credentials are back', next: 'the deletion goes on' },
  // describe-abandonment.ts says what is missing, what stays behind, and until when the operator waits.
  CredentialsLost: { says: 'there are no credentials to take anything down with', next: 'bring them back' },
  CredentialsWork: { says: 'the credentials work', next: 'nothing is to be done' },
  NotesCurrent: {
    says: 'what is written down about every endpoint is as the spec says',
    next: 'nothing is to be done',
  },
  NotesRenewing: {
    says: 'the spec calls an endpoint, or the credentials for it, otherwise than what is written down about it',
    next: 'the operator writes that down anew, to take the endpoint away with it one day',
  },
} satisfies Partial<Record<Reason, Wording>>;
