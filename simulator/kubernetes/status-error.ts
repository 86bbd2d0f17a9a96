import type { JsonObject } from './types.ts';

export type Cause = { reason: string; message: string; field?: string };

/** metav1.Status of a refusal. */
export type Status = {
  kind: 'Status';
  apiVersion: 'v1';
  metadata: JsonObject;
  status: 'Failure';
  message: string;
  reason?: string;
  details?: {
    name?: string;
    group?: string;
    kind?: string;
    uid?: string;
    causes?: Cause[];
    retryAfterSeconds?: number;
  };
  code: number;
};

/** Thrown by anything below the HTTP layer; the server answers with its `status`. */
export class StatusError extends Error {
  readonly status: Status;

  /** An empty reason or name or group is left out, as by Go's omitempty. */
  constructor(code: number, reason: string, message: string, details?: Status['details']) {
    super(message);
    this.name = 'StatusError';
    this.status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, code };
    if (reason) this.status.reason = reason;
    if (details) {
      const { group, name, ...others } = details;
      this.status.details = { ...others, ...(group && { group }), ...(name && { name }) };
    }
  }
}

/** Group and plural (or kind) of what an error is about. */
export type Subject = { group: string; plural: string; kind: string };

/** `plural.group`, or `plural` alone in the core group. */
export const groupResource = ({ group, plural }: Subject): string => (group ? `${plural}.${group}` : plural);
const groupKind = ({ group, kind }: Subject): string => (group ? `${kind}.${group}` : kind);

export const badRequest = (message: string): StatusError => new StatusError(400, 'BadRequest', message);

/** A query that says what may not be said together. */
export function invalidOptions(kind: 'ListOptions' | 'PatchOptions' | 'DeleteOptions', error: FieldError): StatusError {
  return invalid({ group: 'meta.k8s.io', plural: '', kind }, '', [error]);
}

export function notFound(subject: Subject, name: string): StatusError {
  const { group, plural } = subject;
  return new StatusError(404, 'NotFound', `${groupResource(subject)} "${name}" not found`, {
    name,
    group,
    kind: plural,
  });
}

export function alreadyExists(subject: Subject, name: string): StatusError {
  const { group, plural } = subject;
  return new StatusError(409, 'AlreadyExists', `${groupResource(subject)} "${name}" already exists`, {
    name,
    group,
    kind: plural,
  });
}

export function conflict(subject: Subject, name: string, why: string): StatusError {
  const { group, plural } = subject;
  const message = `Operation cannot be fulfilled on ${groupResource(subject)} "${name}": ${why}`;
  return new StatusError(409, 'Conflict', message, { name, group, kind: plural });
}

export const staleObject = (subject: Subject, name: string): StatusError =>
  conflict(
    subject,
    name,
    'the object has been modified; please apply your changes to the latest version and try again',
  );

export function forbidden(subject: Subject, name: string, why: string, causes?: Cause[]): StatusError {
  const { group, plural } = subject;
  const details: NonNullable<Status['details']> = { name, group, kind: plural };
  if (causes) details.causes = causes;
  return new StatusError(403, 'Forbidden', `${groupResource(subject)} "${name}" is forbidden: ${why}`, details);
}

/** A history that is gone: clients list again. */
export const expired = (message: string): StatusError => new StatusError(410, 'Expired', message);

/** The client asks for a resourceVersion that this server has not reached. */
export function revisionTooLarge(asked: number, current: number): StatusError {
  return new StatusError(504, 'Timeout', `Timeout: Too large resource version: ${asked}, current: ${current}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  });
}

/** One entry of `X "name" is invalid: …`, in the words of the real server's field errors. */
export type FieldError = { field: string; reason: string; body: string };

/** `Kind.group "name" is invalid: …`, each different error once. */
export function invalid(subject: Subject, name: string, errors: FieldError[]): StatusError {
  const messages = [...new Set(errors.map(({ field, body }) => `${field}: ${body}`))];
  const text = messages.length === 1 ? messages[0] : `[${messages.join(', ')}]`;
  const { group, kind } = subject;
  return new StatusError(422, 'Invalid', `${groupKind(subject)} "${name}" is invalid: ${text}`, {
    name,
    group,
    kind,
    causes: errors.map(({ field, reason, body }) => ({ reason, message: body, field })),
  });
}
