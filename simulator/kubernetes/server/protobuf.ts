import type { JsonObject } from '../types.ts';
import { type FieldType, MESSAGES } from './protobuf-messages.ts';

// kubectl posts built-in kinds as protobuf whatever the server says it can read, so this server reads that form, too.

const MAGIC = Buffer.from([0x6b, 0x38, 0x73, 0x00]);

type Field = { number: number; varint?: bigint; bytes?: Buffer };

/** The JSON value of a Kubernetes protobuf body. Throws Error when it is none, or of a kind without a message here. */
export function decodeProtobuf(body: Buffer): JsonObject {
  if (!body.subarray(0, MAGIC.length).equals(MAGIC))
    throw new Error('provided data does not appear to be a protobuf message');
  let raw: Buffer = Buffer.alloc(0);
  let typeMeta: JsonObject = {};
  for (const { number, bytes } of fieldsOf(body.subarray(MAGIC.length))) {
    if (number === 1 && bytes) typeMeta = decodeMessage(bytes, 'TypeMeta');
    if (number === 2 && bytes) raw = bytes;
  }
  const { kind, apiVersion } = typeMeta as { kind?: string; apiVersion?: string };
  // Two groups have a kind named Event, with different messages.
  const message = apiVersion?.startsWith('events.k8s.io/') ? `events.${kind}` : (kind ?? '');
  if (!MESSAGES[message]) throw new Error(`no protobuf message is known for ${apiVersion}, Kind=${kind}`);
  return { apiVersion, kind, ...decodeMessage(raw, message) };
}

function* fieldsOf(buffer: Buffer): Generator<Field> {
  let offset = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = buffer[offset];
      if (byte === undefined) throw new Error('unexpected EOF');
      offset += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asIntN(64, value);
    }
  };
  while (offset < buffer.length) {
    const tag = Number(varint());
    const number = tag >>> 3;
    const wire = tag & 7;
    if (wire === 0) yield { number, varint: varint() };
    else if (wire === 1 || wire === 5) offset += wire === 1 ? 8 : 4;
    else if (wire === 2) {
      const length = Number(varint());
      if (offset + length > buffer.length) throw new Error('unexpected EOF');
      yield { number, bytes: buffer.subarray(offset, offset + length) };
      offset += length;
    } else throw new Error(`illegal wireType ${wire}`);
  }
}

function decodeMessage(buffer: Buffer, message: string): JsonObject {
  const table = MESSAGES[message];
  if (!table) throw new Error(`no protobuf message is known for ${message}`);
  const result: JsonObject = {};
  for (const field of fieldsOf(buffer)) {
    const entry = table[field.number];
    if (!entry) continue;
    const [name, type] = entry;
    if (typeof type === 'object' && 'list' in type) {
      result[name] = [...((result[name] as unknown[] | undefined) ?? []), decodeValue(field, type.list)];
    } else if (typeof type === 'object' && 'map' in type) {
      result[name] = { ...(result[name] as JsonObject | undefined), ...decodeEntry(field, type.map) };
    } else result[name] = decodeValue(field, type);
  }
  return result;
}

function decodeEntry({ bytes }: Field, type: FieldType): JsonObject {
  let key = '';
  let value: unknown = '';
  for (const field of fieldsOf(bytes ?? Buffer.alloc(0))) {
    if (field.number === 1) key = field.bytes?.toString() ?? '';
    if (field.number === 2) value = decodeValue(field, type);
  }
  return { [key]: value };
}

function decodeValue({ varint = 0n, bytes = Buffer.alloc(0) }: Field, type: FieldType): unknown {
  if (typeof type === 'object') {
    if ('message' in type) return decodeMessage(bytes, type.message);
    throw new Error('lists and maps do not nest');
  }
  switch (type) {
    case 'string':
      return bytes.toString();
    case 'bytes':
      return bytes.toString('base64');
    case 'bool':
      return varint !== 0n;
    case 'int':
      return Number(varint);
    case 'time':
    case 'microTime':
      return decodeTime(bytes, type);
    case 'json': {
      const { raw } = decodeMessage(bytes, 'Raw');
      return JSON.parse(Buffer.from(String(raw), 'base64').toString()) as unknown;
    }
    default:
      return type satisfies never;
  }
}

/** The zero time is no time. */
function decodeTime(bytes: Buffer, type: 'time' | 'microTime'): string | null {
  const { seconds, nanos = 0 } = decodeMessage(bytes, 'Timestamp') as { seconds?: number; nanos?: number };
  if (seconds === undefined) return null;
  const whole = new Date(seconds * 1000).toISOString().slice(0, 19);
  return type === 'time' ? `${whole}Z` : `${whole}.${String(Math.trunc(nanos / 1000)).padStart(6, '0')}Z`;
}
