import type { FieldError } from './status-error.ts';

// The words and value forms of field errors as a real API server prints them: users and tools read these texts.

function printed(value: unknown): string {
  if (typeof value === 'string') return `: ${JSON.stringify(value)}`;
  if (typeof value === 'number' || typeof value === 'boolean') return `: ${value}`;
  return `: ${value === undefined ? 'null' : JSON.stringify(value)}`;
}

const detailed = (detail: string): string => (detail ? `: ${detail}` : '');

export function invalidValue(field: string, value: unknown, detail: string): FieldError {
  return { field, reason: 'FieldValueInvalid', body: `Invalid value${printed(value)}${detailed(detail)}` };
}

export function typeInvalid(field: string, value: unknown, detail: string): FieldError {
  return { field, reason: 'FieldValueTypeInvalid', body: `Invalid value${printed(value)}${detailed(detail)}` };
}

export function required(field: string, detail = ''): FieldError {
  return { field, reason: 'FieldValueRequired', body: `Required value${detailed(detail)}` };
}

export function forbiddenField(field: string, detail: string): FieldError {
  return { field, reason: 'FieldValueForbidden', body: `Forbidden${detailed(detail)}` };
}

export function duplicate(field: string, value: unknown): FieldError {
  return { field, reason: 'FieldValueDuplicate', body: `Duplicate value${printed(value)}` };
}

export function notSupported(field: string, value: unknown, allowed: unknown[]): FieldError {
  const names = allowed.map((item) => JSON.stringify(typeof item === 'string' ? item : JSON.stringify(item)));
  const list = names.length > 0 ? `supported values: ${names.join(', ')}` : '';
  return { field, reason: 'FieldValueNotSupported', body: `Unsupported value${printed(value)}${detailed(list)}` };
}

export function tooLong(field: string, limit: number): FieldError {
  const unit = limit === 1 ? 'byte' : 'bytes';
  return { field, reason: 'FieldValueTooLong', body: `Too long: may not be more than ${limit} ${unit}` };
}

export function tooMany(field: string, actual: number, limit: number): FieldError {
  const unit = limit === 1 ? 'item' : 'items';
  return { field, reason: 'FieldValueTooMany', body: `Too many: ${actual}: must have at most ${limit} ${unit}` };
}
