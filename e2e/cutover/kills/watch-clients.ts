/** Clients that read and write all the time, and remember what they saw, and when. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Seeded } from '../seeded.ts';

export interface Seen {
  readonly kind: 'read' | 'write';
  /** The status, with the error's code where it is not what the contract has for it; or why there was none. */
  readonly what: string;
  readonly startedAt: number;
  readonly endedAt: number;
}

export interface WatchedClients {
  /** Everything since the last time that this was asked. */
  readonly take: () => readonly Seen[];
  /** Ends the load. */
  readonly stop: () => Promise<void>;
  /** What each of them reads in the end: 200, if nothing that was acknowledged is lost. */
  readonly readAll: () => Promise<readonly string[]>;
}

interface Person {
  readonly accessToken: string;
  /** Acknowledged last. */
  displayName: string;
}

export interface WatchOptions {
  /** Gateways; a client whose gateway can't be reached goes to the next, as behind a load balancer. */
  readonly urls: readonly string[];
  readonly readers: number;
  readonly writers: number;
  readonly seeded: Seeded;
}

const noConnection = 'no connection';

export async function watchClients({
  urls,
  readers,
  writers,
  seeded,
}: WatchOptions): Promise<WatchedClients> {
  let seen: Seen[] = [];
  const stop = new AbortController();
  const urlAt = (turn: number) => urls[turn % urls.length] ?? '';
  const people = await Promise.all(Array.from({ length: readers + writers }, (_, i) => register(urlAt(i))));

  /** What found no gateway is sent to another one. An answer, whatever it says, is one. */
  async function read(turn: number, person: Person): Promise<string> {
    for (let attempt = 0; ; attempt += 1) {
      const what = await askFor(person, urlAt(turn + attempt));
      if (what !== noConnection || attempt + 1 === urls.length) return what;
    }
  }

  async function keepReading(person: Person, index: number): Promise<void> {
    while (!stop.signal.aborted) {
      const startedAt = performance.now();
      const what = await read(index, person);
      seen.push({ kind: 'read', what, startedAt, endedAt: performance.now() });
      await delay(2 + seeded.below(10));
    }
  }

  /** One change after another, each repeated under its key until it is done. */
  async function keepWriting(person: Person, index: number): Promise<void> {
    let turn = index;
    while (!stop.signal.aborted) {
      const displayName = `Joan ${seeded.below(1_000_000)}`;
      const key = randomUUID();
      for (let what = ''; what !== '200'; ) {
        const startedAt = performance.now();
        what = await change(person, displayName, key, urlAt(turn));
        seen.push({ kind: 'write', what, startedAt, endedAt: performance.now() });
        if (what === '200') person.displayName = displayName;
        else await delay(10 + seeded.below(20));
        if (what === noConnection) turn += 1;
        // Such as 401: it is in what was seen, and nobody waits for it to change.
        if (stop.signal.aborted && /^4/.test(what)) return;
      }
      await delay(5 + seeded.below(20));
    }
  }

  const load = Promise.all(
    people.map((person, i) => (i < readers ? keepReading(person, i) : keepWriting(person, i))),
  );

  return {
    take() {
      const taken = seen;
      seen = [];
      return taken;
    },
    async stop() {
      stop.abort();
      await load;
    },
    readAll: () => Promise.all(people.map((person, i) => read(i, person))),
  };
}

async function register(baseUrl: string): Promise<Person> {
  const displayName = 'Joan Clarke';
  const response = await fetch(`${baseUrl}/api/auth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      email: `watched-${randomUUID()}@example.com`,
      password: 'correct horse',
      displayName,
    }),
  });
  if (response.status !== 201) throw new Error(`register answered ${response.status}`);
  const { accessToken } = (await response.json()) as { accessToken: string };
  return { accessToken, displayName };
}

async function askFor({ accessToken, displayName }: Person, baseUrl: string): Promise<string> {
  const headers = { authorization: `Bearer ${accessToken}` };
  try {
    const response = await fetch(`${baseUrl}/api/auth/me`, { headers });
    const text = await response.text();
    if (response.status !== 200) return describe(response.status, text);
    return (JSON.parse(text) as Person).displayName === displayName ? '200' : 'an old state';
  } catch {
    return noConnection;
  }
}

async function change(
  { accessToken }: Person,
  displayName: string,
  key: string,
  baseUrl: string,
): Promise<string> {
  try {
    const response = await fetch(`${baseUrl}/api/auth/me`, {
      method: 'PATCH',
      headers: {
        authorization: `Bearer ${accessToken}`,
        'content-type': 'application/json',
        'idempotency-key': key,
      },
      body: JSON.stringify({ displayName }),
    });
    return describe(response.status, await response.text());
  } catch {
    return noConnection;
  }
}

/** What is known and passes (done, not now) in short; of all else what it says. */
function describe(status: number, text: string): string {
  if (status === 200 || (status === 503 && text.includes('"unavailable"'))) return String(status);
  const code =
    /"code":"([^"]*)"/.exec(text)?.[1] ?? /"message":"([^"]*)"/.exec(text)?.[1] ?? 'without a reason';
  return `${status} ${code}`;
}
