import fc from 'fast-check';
import type { Header } from '../http/message.ts';
import { encodeScript, type Script, type ScriptBody } from '../witness/script.ts';

const piece = fc.integer({ min: 1, max: 40_000 }).map((length) => Buffer.alloc(length, 'banyan'));
const pieces = fc.array(piece, { minLength: 1, maxLength: 4 });
const trailers: fc.Arbitrary<readonly Header[]> = fc.constantFrom([], [['X-Sum', '1']]);

const body: fc.Arbitrary<ScriptBody> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('sized' as const), pieces }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('chunked' as const), pieces, trailers }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('until-close' as const), pieces }) },
);

/**
 * Answers whose upstream dies after the head and before the last byte, as often in their last bytes as anywhere.
 * Without a length, only a reset can be told from an end: those are never cut in good order.
 */
export const deathMidBody: fc.Arbitrary<Script> = fc
  .record({
    body,
    place: fc.double({ min: 0, max: 1, noNaN: true }),
    nearEnd: fc.boolean(),
    reset: fc.boolean(),
  })
  .map(({ body: cutBody, place, nearEnd, reset }) => {
    const whole: Script = {
      interim: [],
      head: {
        startLine: 'HTTP/1.1 200 OK',
        headers: [['Content-Type', 'image/jpeg'], ...framingOf(cutBody)],
      },
      body: cutBody,
    };
    const [head, ...parts] = encodeScript(whole);
    const headBytes = head?.length ?? 0;
    const bodyBytes = parts.reduce((total, part) => total + part.length, 0);
    const span = nearEnd ? Math.min(8, bodyBytes) : bodyBytes;
    const afterBytes = headBytes + bodyBytes - 1 - Math.floor(place * (span - 1));
    return { ...whole, cut: { afterBytes, by: reset || cutBody.kind === 'until-close' ? 'reset' : 'end' } };
  });

function framingOf(cutBody: ScriptBody): readonly Header[] {
  if (cutBody.kind === 'chunked') return [['Transfer-Encoding', 'chunked']];
  if (cutBody.kind !== 'sized') return [];
  return [['Content-Length', String(cutBody.pieces.reduce((total, part) => total + part.length, 0))]];
}
