import { z } from 'zod';

export interface HttpAnswer {
  readonly status: number;
  /** As pairs: a name may come more than once. */
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer;
}

const structured = z.object({
  statusCode: z.int().min(200).max(599),
  headers: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).nullish(),
  cookies: z.array(z.string()).nullish(),
  body: z.string().nullish(),
  isBase64Encoded: z.boolean().nullish(),
});

/** The HTTP API writes these itself, whatever the function says. */
const overwritten: ReadonlySet<string> = new Set([
  'apigw-requestid',
  'connection',
  'content-length',
  'date',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/**
 * What a function's payload means as an HTTP answer: payload format version 2.0. An object with a status code is an
 * answer; any other JSON is the body of a 200. Undefined if it is malformed.
 */
export function httpAnswer(payload: Buffer): HttpAnswer | undefined {
  let value: unknown;
  try {
    value = JSON.parse(payload.toString('utf8'));
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, 'statusCode')) {
    return { status: 200, headers: [['content-type', 'application/json']], body: payload };
  }
  const outcome = structured.safeParse(value);
  if (!outcome.success) return undefined;
  const { statusCode, headers, cookies, body, isBase64Encoded } = outcome.data;
  const given = Object.entries(headers ?? {})
    .filter(([name]) => !overwritten.has(name.toLowerCase()))
    .map(([name, headerValue]): [string, string] => [name, String(headerValue)]);
  if (!given.every(isSendable) || !(cookies ?? []).every((cookie) => isSendable(['set-cookie', cookie]))) {
    return undefined;
  }
  const hasType = given.some(([name]) => name.toLowerCase() === 'content-type');
  return {
    status: statusCode,
    headers: [
      ...(hasType || !body ? [] : [['content-type', 'text/plain;charset=UTF-8'] as const]),
      ...given,
      ...(cookies ?? []).map((cookie) => ['set-cookie', cookie] as const),
    ],
    body: Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8'),
  };
}

/** What could not be written into a header without breaking it is malformed. */
function isSendable([name, value]: readonly [string, string]): boolean {
  return /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name) && !/[\0\r\n]/.test(value);
}
