import { describe, expect, test } from '@jest/globals';
import { decodeProtobuf } from '../../simulator/kubernetes/server/protobuf.ts';

// Just enough of an encoder to make bodies as client-go makes them.
function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 0x7f) {
    bytes.push((rest & 0x7f) | 0x80);
    rest = Math.floor(rest / 128);
  }
  return Buffer.from([...bytes, rest]);
}

const bytes = (number: number, value: Buffer | string): Buffer =>
  Buffer.concat([varint((number << 3) | 2), varint(Buffer.byteLength(value)), Buffer.from(value)]);
const int = (number: number, value: number): Buffer => Buffer.concat([varint(number << 3), varint(value)]);
const message = (number: number, ...fields: Buffer[]): Buffer => bytes(number, Buffer.concat(fields));

const body = (apiVersion: string, kind: string, ...fields: Buffer[]): Buffer =>
  Buffer.concat([Buffer.from('k8s\0'), message(1, bytes(1, apiVersion), bytes(2, kind)), message(2, ...fields)]);

describe('a protobuf body', () => {
  test('of a config map becomes its JSON', () => {
    const seconds = Date.parse('2026-01-02T03:04:05Z') / 1000;
    const metadata = message(
      1,
      bytes(1, 'c'),
      int(7, 300),
      message(8, int(1, seconds)),
      message(11, bytes(1, 'a'), bytes(2, 'b')),
      message(11, bytes(1, 'c'), bytes(2, 'd')),
      bytes(14, 'one'),
      bytes(14, 'two'),
      message(9),
      bytes(99, 'a field of a later version'),
    );
    const decoded = decodeProtobuf(
      body(
        'v1',
        'ConfigMap',
        metadata,
        message(2, bytes(1, 'k'), bytes(2, 'v')),
        message(3, bytes(1, 'b'), bytes(2, Buffer.from([1, 2]))),
        int(4, 1),
      ),
    );
    expect(decoded).toEqual({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: 'c',
        generation: 300,
        creationTimestamp: '2026-01-02T03:04:05Z',
        deletionTimestamp: null,
        labels: { a: 'b', c: 'd' },
        finalizers: ['one', 'two'],
      },
      data: { k: 'v' },
      binaryData: { b: 'AQI=' },
      immutable: true,
    });
  });

  test('of an event is read by the group that it is of', () => {
    const note = decodeProtobuf(
      body('events.k8s.io/v1', 'Event', bytes(10, 'n'), message(2, int(1, 60), int(2, 123_456_000))),
    );
    expect(note).toMatchObject({ note: 'n', eventTime: '1970-01-01T00:01:00.123456Z' });
    expect(decodeProtobuf(body('v1', 'Event', bytes(4, 'm')))).toMatchObject({ message: 'm' });
  });

  test.each([
    ['is none', Buffer.from('{}'), 'does not appear to be a protobuf message'],
    ['is of a kind that is not known', body('v1', 'Pod'), 'no protobuf message is known for v1, Kind=Pod'],
    ['ends too early', body('v1', 'ConfigMap', bytes(1, 'x')).subarray(0, -1), 'unexpected EOF'],
  ])('is refused when it %s', (_, input, why) => {
    expect(() => decodeProtobuf(input)).toThrow(why);
  });
});
