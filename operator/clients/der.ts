/** One ASN.1 value in DER (or definite-length BER): its tag, its content, and where it ends. */
export type Der = { tag: number; content: Buffer };

export const TAG = {
  integer: 0x02,
  octetString: 0x04,
  oid: 0x06,
  sequence: 0x30,
  context0: 0xa0,
  context0Primitive: 0x80,
} as const;

/** Reads the values that follow one another in `bytes`. Throws Error on anything malformed. */
export function readDer(bytes: Buffer): Der[] {
  const values: Der[] = [];
  let offset = 0;
  while (offset < bytes.length) {
    const tag = bytes[offset]!;
    const { length, headerLength } = readLength(bytes, offset + 1);
    const start = offset + 1 + headerLength;
    if (start + length > bytes.length) throw new Error('truncated ASN.1');
    values.push({ tag, content: bytes.subarray(start, start + length) });
    offset = start + length;
  }
  return values;
}

/** The values inside a constructed value; throws unless it has the tag. */
export function inside(value: Der | undefined, tag: number): Der[] {
  if (!value || value.tag !== tag) throw new Error('unexpected ASN.1');
  return readDer(value.content);
}

/** The content of a primitive value; throws unless it has the tag. */
export function contentOf(value: Der | undefined, tag: number): Buffer {
  if (!value || value.tag !== tag) throw new Error('unexpected ASN.1');
  return value.content;
}

/** Dotted form of an object identifier. */
export function oidOf(value: Der | undefined): string {
  const bytes = contentOf(value, TAG.oid);
  const first = bytes[0] ?? 0;
  const parts = [Math.min(2, Math.floor(first / 40))];
  parts.push(first - parts[0]! * 40);
  let arc = 0;
  for (const byte of bytes.subarray(1)) {
    arc = arc * 128 + (byte & 0x7f);
    if (byte < 0x80) {
      parts.push(arc);
      arc = 0;
    }
  }
  return parts.join('.');
}

/** A small non-negative integer, such as an iteration count. */
export function integerOf(value: Der | undefined): number {
  const bytes = contentOf(value, TAG.integer);
  if (bytes.length > 6) throw new Error('ASN.1 integer too large');
  return bytes.readUIntBE(0, bytes.length);
}

function readLength(bytes: Buffer, offset: number): { length: number; headerLength: number } {
  const first = bytes[offset];
  if (first === undefined) throw new Error('truncated ASN.1');
  if (first < 0x80) return { length: first, headerLength: 1 };
  const size = first & 0x7f;
  // 0x80 is BER's indefinite length, which PKCS#12 writers in use do not emit.
  if (size === 0 || size > 4 || offset + 1 + size > bytes.length) throw new Error('unsupported ASN.1 length');
  return { length: bytes.readUIntBE(offset + 1, size), headerLength: 1 + size };
}
