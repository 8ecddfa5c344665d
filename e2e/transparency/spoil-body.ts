import fc from 'fast-check';
import type { Header } from '../http/message.ts';
import { noBody, type RequestBody, sizedBody } from '../http/raw-request.ts';

export interface SentBody {
  readonly contentType: readonly Header[];
  readonly body: RequestBody;
}

type Json = Readonly<Record<string, unknown>>;
type JsonWriter = (value: Json) => string | Buffer;

const withoutOne: JsonWriter = (value) => JSON.stringify(Object.fromEntries(Object.entries(value).slice(1)));
const mapFirst = (change: (value: unknown) => unknown): JsonWriter => {
  return (value) =>
    JSON.stringify(
      Object.fromEntries(
        Object.entries(value).map(([key, held], index) => [key, index === 0 ? change(held) : held]),
      ),
    );
};

const jsonWriter: fc.Arbitrary<JsonWriter> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<JsonWriter>((value) => JSON.stringify(value)) },
  {
    weight: 4,
    arbitrary: fc.constantFrom<JsonWriter>(
      (value) => JSON.stringify(value, null, 2),
      withoutOne,
      () => '{}',
      () => '[]',
      () => 'null',
      () => '',
      () => '{"a":',
      () => '\u{feff}{}',
      () => `${'['.repeat(200)}${']'.repeat(200)}`,
      (value) => JSON.stringify({ ...value, unknown: true }),
      (value) => JSON.stringify(value).replace('{', '{"__proto__":{},'),
      (value) => JSON.stringify(value).replace('{', '{"email":"a","email":"b",'),
      (value) => `${JSON.stringify(value)} trailing`,
      (value) => Buffer.concat([Buffer.from(JSON.stringify(value)), Buffer.of(0xff)]),
      mapFirst(() => null),
      mapFirst(() => 42),
      mapFirst(() => ''),
      mapFirst(() => 'a\u0000b'),
      mapFirst(() => '\ud800'),
      mapFirst(() => 'x'.repeat(5_000)),
      mapFirst(() => ({ $ne: 1 })),
      mapFirst(() => 'x'.repeat(300_000)),
    ),
  },
);

const jsonType = fc.oneof(
  { weight: 8, arbitrary: fc.constant<readonly Header[]>([['Content-Type', 'application/json']]) },
  {
    weight: 2,
    arbitrary: fc.constantFrom<readonly Header[]>(
      [],
      [['content-type', 'application/json; charset=utf-8']],
      [['Content-Type', 'application/json; charset=latin1']],
      [['Content-Type', 'APPLICATION/JSON']],
      [['Content-Type', 'text/plain']],
      [['Content-Type', 'nonsense']],
      [
        ['Content-Type', 'application/json'],
        ['Content-Encoding', 'gzip'],
      ],
    ),
  },
);

/** Sized, or in chunks of some length. */
const framing = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 5_000 }));

export function jsonBody(value: Json): fc.Arbitrary<SentBody> {
  return fc
    .record({ write: jsonWriter, contentType: jsonType, chunkBytes: framing })
    .map(({ write, contentType, chunkBytes }) => ({
      contentType,
      body: framed(Buffer.from(write(value)), chunkBytes),
    }));
}

export function plainJson(value: Json): SentBody {
  return { contentType: [['Content-Type', 'application/json']], body: sizedBody(JSON.stringify(value)) };
}

const boundary = 'a-boundary-of-ours';
const multipart: readonly Header[] = [['Content-Type', `multipart/form-data; boundary=${boundary}`]];

function part(name: string, content: string | Buffer, filename?: string): Buffer {
  const file = filename === undefined ? '' : `; filename="${filename}"\r\nContent-Type: image/jpeg`;
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${file}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), Buffer.from(content), Buffer.from('\r\n')]);
}
const closing = Buffer.from(`--${boundary}--\r\n`);

const partsOf = (fields: Json) => Object.entries(fields).map(([name, value]) => part(name, String(value)));

function wholeForm(fields: Json, file: string, photo: Buffer): Buffer {
  return Buffer.concat([...partsOf(fields), part(file, photo, 'photo.jpg'), closing]);
}

export function plainForm(fields: Json, file: string, photo: Buffer): SentBody {
  return { contentType: multipart, body: sizedBody(wholeForm(fields, file, photo)) };
}

export function formBody(fields: Json, file: string, photo: Buffer): fc.Arbitrary<SentBody> {
  const parts = partsOf(fields);
  const whole = wholeForm(fields, file, photo);
  const bodies = fc.oneof(
    { weight: 5, arbitrary: fc.constant(whole) },
    {
      weight: 5,
      arbitrary: fc.constantFrom(
        whole.subarray(0, -closing.length),
        whole.subarray(0, whole.length / 2),
        Buffer.concat([...parts, closing]),
        Buffer.concat([...parts, part('other', photo, 'photo.jpg'), closing]),
        Buffer.concat([...parts, part(file, photo, 'a'), part(file, photo, 'b'), closing]),
        Buffer.concat([...parts, part(file, 'no image', 'photo.jpg'), closing]),
        Buffer.concat([...parts, part(file, photo.subarray(0, 900), 'photo.jpg'), closing]),
        Buffer.concat([...parts, part(file, '<svg xmlns="http://www.w3.org/2000/svg"/>', 'a.svg'), closing]),
        Buffer.concat([...parts, part('unknown', 'x'), part(file, photo, 'photo.jpg'), closing]),
        Buffer.concat([...parts, part('', 'x'), closing]),
        closing,
        Buffer.alloc(0),
      ),
    },
  );
  const types = fc.oneof(
    { weight: 9, arbitrary: fc.constant(multipart) },
    {
      weight: 1,
      arbitrary: fc.constantFrom<readonly Header[]>(
        [],
        [['Content-Type', 'multipart/form-data']],
        [['Content-Type', 'multipart/form-data; boundary=another']],
        [['Content-Type', 'image/jpeg']],
      ),
    },
  );
  return fc
    .record({ bytes: bodies, contentType: types, chunkBytes: framing })
    .map(({ bytes, contentType, chunkBytes }) => ({ contentType, body: framed(bytes, chunkBytes) }));
}

export const noSentBody: SentBody = { contentType: [], body: noBody };

function framed(bytes: Buffer, chunkBytes: number): RequestBody {
  if (chunkBytes === 0) return sizedBody(bytes);
  // Each in a few chunks at most, so that large bodies are not sent byte by byte.
  const step = Math.max(chunkBytes, Math.ceil(bytes.length / 50));
  const chunks = Array.from({ length: Math.ceil(bytes.length / step) }, (_, index) =>
    bytes.subarray(index * step, (index + 1) * step),
  );
  return { kind: 'chunked', chunks, trailers: [] };
}
