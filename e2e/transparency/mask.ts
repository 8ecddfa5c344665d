import type { Header } from '../http/message.ts';
import type { RawResponse } from '../http/raw-client.ts';
import type { Mask } from './compare.ts';

/** `Date` says when an answer was made, and the two are made one after the other. That it is there, and where, stays. */
export const maskDate: Mask = (response) =>
  withHeaders(response, (name, value) => (isNamed(name, 'date') ? 'masked' : value));

/** The id that is given to a request that brings none: in the answer's header, and in an error's body. */
export const maskRequestId: Mask = (response) => {
  const id = response.head.headers.find(([name]) => isNamed(name, 'x-request-id'))?.[1];
  return id ? replaceText(response, [[id, 'masked']]) : response;
};

/**
 * The fields of a JSON body that its route calls volatile, as `user.photo.id` or `items[].status`: their values become
 * `masked`, and every other byte stays. Headers that repeat such a value, and the length, are masked with it.
 */
export function maskVolatile(paths: readonly string[]): Mask {
  return (response) => {
    const json = parseOrUndefined(response.body);
    if (json === undefined || paths.length === 0) return response;
    const found = paths.flatMap((path) => valuesAt(json, path.split('.')).map((value) => ({ path, value })));
    const inBody = found.map(({ path, value }): Replacement => {
      const key = JSON.stringify(path.split('.').at(-1));
      return [`${key}:${JSON.stringify(value)}`, `${key}:"masked"`];
    });
    // Shorter ones would be found where they only happen to be.
    const inHeaders = found.flatMap(({ value }): Replacement[] =>
      typeof value === 'string' && value.length >= 16 ? [[value, 'masked']] : [],
    );
    const masked = replaceText(response, [...inBody, ...inHeaders]);
    return withHeaders(masked, (name, value) => (isNamed(name, 'content-length') ? 'masked' : value));
  };
}

type Replacement = readonly [from: string, to: string];

function replaceText(response: RawResponse, replacements: readonly Replacement[]): RawResponse {
  const replaceAll = (text: string) =>
    replacements.reduce((done, [from, to]) => done.replaceAll(from, to), text);
  const masked = withHeaders(response, (_, value) => replaceAll(value));
  // UTF-8, as the values are that were read from it.
  const text = response.body.toString('utf8');
  const replaced = replaceAll(text);
  return replaced === text ? masked : { ...masked, body: Buffer.from(replaced) };
}

function withHeaders(response: RawResponse, change: (name: string, value: string) => string): RawResponse {
  const headers = response.head.headers.map(([name, value]): Header => [name, change(name, value)]);
  return { ...response, head: { ...response.head, headers } };
}

function valuesAt(json: unknown, [step, ...rest]: readonly string[]): unknown[] {
  if (step === undefined) return [json];
  if (typeof json !== 'object' || json === null) return [];
  const held = (json as Readonly<Record<string, unknown>>)[step.replace(/\[\]$/, '')];
  if (step.endsWith('[]')) return Array.isArray(held) ? held.flatMap((item) => valuesAt(item, rest)) : [];
  return held === undefined ? [] : valuesAt(held, rest);
}

function parseOrUndefined(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

function isNamed(name: string, lowerCased: string): boolean {
  return name.toLowerCase() === lowerCased;
}
