import { maxJsonBytes } from '../../http/parse-json.ts';
import type { RouteSpec } from '../../route.ts';
import type { RouteName } from '../../routes.ts';
import type { ContractCase } from '../contract-case.ts';
import { expectError, expectFault } from '../expectations.ts';
import type { RawAnswer, RawCall, World } from '../world.ts';
import { type RequestParts, requestOf, wireCall } from './request-of.ts';

type Spoil = (parts: RequestParts) => RawCall;

/** What is wrong with a body is found, named, and never a 5xx. */
export function bodyCases(name: RouteName, route: RouteSpec, world: World): ContractCase[] {
  if (route.json === undefined && route.form === undefined) return [];
  const spoilt = (what: string, spoil: Spoil, judge: (answer: RawAnswer) => void): ContractCase => ({
    route: name,
    name: `refuses ${what}`,
    run: async () => {
      const parts = await requestOf(name, world);
      judge(await world.raw(name, wireCall(parts, spoil(parts))));
    },
  });
  const transport = [
    spoilt(
      'a body of another type',
      () => ({ headers: { 'content-type': 'text/plain' }, body: 'hello' }),
      (answer) => {
        expectError(answer, 'unsupported_media_type');
      },
    ),
  ];
  const form = route.form;
  if (form) {
    const asForm = (text: string, boundary = 'b'): RawCall => ({
      headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
      body: text,
    });
    const field = form.upload.field;
    transport.push(
      spoilt(
        'a form that breaks off',
        () => asForm(`--b\r\nContent-Disposition: form-data; name="${field}"; filename="a"\r\n\r\nxx`),
        (answer) => {
          expectError(answer, 'invalid_request');
        },
      ),
      spoilt(
        'a form without a boundary',
        () => ({ headers: { 'content-type': 'multipart/form-data' }, body: 'x' }),
        (answer) => {
          expectError(answer, 'invalid_request');
        },
      ),
    );
  }
  return [...transport, ...(route.json ? jsonCases(route.json.shape, spoilt) : [])];
}

function jsonCases(
  shape: Readonly<Record<string, { safeParse(value: unknown): { success: boolean } }>>,
  spoilt: (what: string, spoil: Spoil, judge: (answer: RawAnswer) => void) => ContractCase,
): ContractCase[] {
  const asJson = (body: string): RawCall => ({ body, headers: { 'content-type': 'application/json' } });
  const changed = (change: Readonly<Record<string, unknown>>): Spoil => {
    return (parts) => asJson(JSON.stringify({ ...parts.body, ...change }));
  };
  const invalid = (answer: RawAnswer) => void expectError(answer, 'invalid_request');
  const wrong = Object.entries(shape).flatMap(([key, schema]) => {
    const values: [string, unknown][] = [
      ['an object', {}],
      ['a nested list', [[1]]],
      ['null', null],
      ['text with NUL', 'a\0b'],
      ['a lone surrogate', 'ab \ud800 cdefgh'],
      ['a huge number', 2 ** 60],
      ['a very long text', 'x'.repeat(20_000)],
      // JSON leaves out what is undefined: the field is missing.
      ['nothing', undefined],
    ];
    return values
      .filter(([, value]) => !schema.safeParse(value).success)
      .map(([what, value]) =>
        spoilt(`${what} as body.${key}`, changed({ [key]: value }), (answer) =>
          expectFault(answer, `body.${key}`),
        ),
      );
  });
  return [
    ...wrong,
    spoilt('a field that it does not know', changed({ 'no-such-field': 1 }), invalid),
    spoilt('no body', () => asJson(''), invalid),
    spoilt('JSON that breaks off', () => asJson('{"a":'), invalid),
    spoilt('a list for an object', () => asJson('[]'), invalid),
    spoilt(
      'a key twice',
      (parts) => asJson(JSON.stringify(parts.body).replace('{', '{"twice":1,"twice":1,')),
      invalid,
    ),
    spoilt(
      '__proto__',
      (parts) => asJson(JSON.stringify(parts.body).replace('{', '{"__proto__":{},')),
      invalid,
    ),
    spoilt('100,000 levels', () => asJson('['.repeat(50_000) + ']'.repeat(50_000)), invalid),
    spoilt(
      'bytes that are not UTF-8',
      () => ({ body: '{}', headers: { 'content-type': 'application/json; charset=latin1' } }),
      (answer) => {
        expectError(answer, 'unsupported_media_type');
      },
    ),
    spoilt(
      'a body over the limit',
      () => asJson(`"${'x'.repeat(maxJsonBytes)}"`),
      (answer) => {
        expectError(answer, 'payload_too_large');
      },
    ),
  ];
}
