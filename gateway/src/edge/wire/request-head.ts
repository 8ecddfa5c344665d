import { isNamed, trimmed } from '../../forwarding/wire/head-fields.ts';

export interface PlainHead {
  readonly method: 'GET' | 'HEAD';
  readonly target: string;
  readonly rawHeaders: readonly string[];
  /** Whether the client lets the connection be kept. */
  readonly keepAlive: boolean;
  /** All behind the first line, as it came. */
  readonly lines: string;
}

const Character = { token: 1, value: 2 } as const;

const characters = new Uint8Array(256).map((_, code) => {
  const character = String.fromCharCode(code);
  return (
    (/[\w!#$%&'*+\-.^`|~]/.test(character) ? Character.token : 0) |
    (/[\t\x20-\x7e\x80-\xff]/.test(character) ? Character.value : 0)
  );
});

const requestLine = /^(GET|HEAD) (\/[!"$-~]*) HTTP\/1\.1$/;
const colon = 0x3a;
const cr = 0x0d;
const lf = 0x0a;

/**
 * Reads a request's head if the bytes are exactly one, of the plainest kind: `GET` or `HEAD`, a target in origin form,
 * HTTP/1.1, whole lines, one Host, nothing that says of a body, an upgrade or an expectation, and nothing behind it.
 *
 * `undefined` is no judgement. It says that the bytes are not for here, and most that are not are perfectly right: whatever
 * takes judging is judged by Node's parser, in one place. Where this reader is in doubt it therefore declines.
 *
 * Clients repeat themselves: where all lines but the first are those of the head `before`, they have been read already.
 */
export function readPlainHead(bytes: Buffer, before?: PlainHead): PlainHead | undefined {
  const length = bytes.length;
  // A cheap look at the end first: it alone tells most of what isn't a whole head.
  if (length < 4 || bytes[length - 1] !== lf || bytes[length - 3] !== lf) return undefined;
  const text = bytes.toString('latin1');
  const firstEnd = text.indexOf('\r\n');
  const line = requestLine.exec(text.slice(0, firstEnd));
  if (line === null) return undefined;
  const method = line[1] === 'GET' ? 'GET' : 'HEAD';
  const target = line[2] ?? '';
  const lines = text.slice(firstEnd);
  if (lines === before?.lines) {
    return { method, target, rawHeaders: before.rawHeaders, keepAlive: before.keepAlive, lines };
  }

  const rawHeaders: string[] = [];
  let hosts = 0;
  let connections = 0;
  let keepAlive = true;
  let at = firstEnd + 2;
  while (bytes[at] !== cr) {
    let nameEnd = at;
    while (isA(Character.token, bytes[nameEnd])) nameEnd += 1;
    if (nameEnd === at || bytes[nameEnd] !== colon) return undefined;
    let valueEnd = nameEnd + 1;
    while (isA(Character.value, bytes[valueEnd])) valueEnd += 1;
    if (bytes[valueEnd] !== cr || bytes[valueEnd + 1] !== lf) return undefined;
    const name = text.slice(at, nameEnd);
    const value = trimmed(text, nameEnd + 1, valueEnd);
    if (!isPlainName(name)) return undefined;
    // The names that matter beyond being passed on, told apart by their length.
    if (name.length === 4 && isNamed(name, 'host')) {
      hosts += 1;
    } else if (name.length === 10 && isNamed(name, 'connection')) {
      connections += 1;
      keepAlive = isNamed(value, 'keep-alive');
      if (!keepAlive && !isNamed(value, 'close')) return undefined;
    }
    rawHeaders.push(name, value);
    at = valueEnd + 2;
  }
  // An empty line, and nothing behind it.
  if (bytes[at + 1] !== lf || at + 2 !== length || hosts !== 1 || connections > 1) return undefined;
  return { method, target, rawHeaders, keepAlive, lines };
}

function isA(kind: number, byte: number | undefined): boolean {
  return ((characters[byte ?? 0] ?? 0) & kind) !== 0;
}

/** Those that say more of a request, or of its connection, than a plain one does. Node's parser heeds them too. */
function isPlainName(name: string): boolean {
  switch (name.length) {
    case 6:
      return !isNamed(name, 'expect');
    case 7:
      return !isNamed(name, 'upgrade');
    case 14:
      return !isNamed(name, 'content-length');
    case 16:
      return !isNamed(name, 'proxy-connection');
    case 17:
      return !isNamed(name, 'transfer-encoding');
    default:
      return true;
  }
}
