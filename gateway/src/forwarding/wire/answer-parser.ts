import { isNamed, persistence, statusOf, timeoutHintMs, trimmed } from './head-fields.ts';

/** Takes an answer apart as its bytes come in. */
export interface AnswerParts {
  information(status: number, rawHeaders: string[]): void;
  head(status: number, reason: string, rawHeaders: string[]): void;
  /** The bytes are only lent: whoever keeps them longer than the call copies them. */
  body(chunk: Buffer): void;
  end(rawTrailers: string[]): void;
}

const State = {
  head: 0,
  sized: 1,
  chunkSize: 2,
  chunkData: 3,
  chunkEnd: 4,
  trailers: 5,
  untilClose: 6,
  done: 7,
} as const;
type State = (typeof State)[keyof typeof State];

const empty = Buffer.alloc(0);
const headEnd = Buffer.from('\r\n\r\n');
const lineEnd = Buffer.from('\r\n');
const maxChunkLineBytes = 1_024;
const decimal = /^\d{1,15}$/;
const hexadecimal = /^[0-9A-Fa-f]{1,12}$/;

/** Thrown at what is no HTTP/1.1 answer, or one that could be read in two ways. */
export class MalformedAnswer extends Error {
  override readonly name = 'MalformedAnswer';
}

/**
 * An incremental parser of HTTP/1.1 answers (RFC 9112), strict about everything that decides where an answer ends: one
 * length or `chunked`, never both and never twice; no folded lines. Characters that don't belong into a name or value are
 * left for `writeHead` to refuse, which looks at each of them anyway.
 */
export class AnswerParser {
  readonly #parts: AnswerParts;
  readonly #maxHeadBytes: number;
  #state: State = State.done;
  #method = '';
  /** The beginning of a head, line or chunk end that isn't whole yet. */
  #rest: Buffer = empty;
  #left = 0;
  #trailers: string[] = [];
  /** Whether a byte of the answer has come. */
  started = false;
  /** Whether the connection can carry another exchange after this answer. */
  keepAlive = false;
  /** What the upstream says of how long it keeps an idle connection; `undefined` if nothing. */
  keepAliveMs: number | undefined = undefined;

  constructor(parts: AnswerParts, maxHeadBytes: number) {
    this.#parts = parts;
    this.#maxHeadBytes = maxHeadBytes;
  }

  get done(): boolean {
    return this.#state === State.done;
  }

  /** Awaits the answer to a request of this method. */
  begin(method: string): void {
    this.#method = method;
    this.#state = State.head;
    this.#rest = empty;
    this.started = false;
  }

  /** Throws `MalformedAnswer`. Returns what lies beyond the answer's end: there should be nothing. */
  feed(data: Buffer): number {
    this.started = true;
    const bytes = this.#rest.length === 0 ? data : Buffer.concat([this.#rest, data]);
    this.#rest = empty;
    let at = 0;
    while (this.#state !== State.done && at < bytes.length) {
      const next = this.#step(bytes, at);
      if (next === at && this.#rest.length > 0) return 0;
      at = next;
    }
    return bytes.length - at;
  }

  /** The upstream ended the connection in order. True if that completes the answer. */
  finish(): boolean {
    if (this.#state !== State.untilClose) return false;
    this.#complete([]);
    return true;
  }

  #step(bytes: Buffer, at: number): number {
    switch (this.#state) {
      case State.head:
        return this.#takeHead(bytes, at);
      case State.sized:
      case State.chunkData:
        return this.#takeBody(bytes, at);
      case State.chunkSize:
        return this.#takeChunkSize(bytes, at);
      case State.chunkEnd:
        return this.#takeChunkEnd(bytes, at);
      case State.trailers:
        return this.#takeTrailer(bytes, at);
      default:
        this.#parts.body(at === 0 ? bytes : bytes.subarray(at));
        return bytes.length;
    }
  }

  #takeHead(bytes: Buffer, at: number): number {
    const end = bytes.indexOf(headEnd, at);
    if (end === -1 ? bytes.length - at > this.#maxHeadBytes : end - at > this.#maxHeadBytes)
      throw new MalformedAnswer();
    if (end === -1) {
      // Don't wait for the rest of what can't become an answer.
      if (bytes.length - at >= 7 && bytes.toString('latin1', at, at + 7) !== 'HTTP/1.')
        throw new MalformedAnswer();
      return this.#keep(bytes, at);
    }
    this.#readHead(bytes.toString('latin1', at, end));
    return end + 4;
  }

  #readHead(head: string): void {
    const firstEnd = head.indexOf('\r\n');
    const line = firstEnd === -1 ? head : head.slice(0, firstEnd);
    const minor = line.charCodeAt(7) - 0x30;
    const status = statusOf(line);
    if (!line.startsWith('HTTP/1.') || minor < 0 || minor > 1 || status < 100) throw new MalformedAnswer();
    const reason = line.slice(13);

    const headers: string[] = [];
    let length = -1;
    let chunked = false;
    let persistent = minor === 1;
    this.keepAliveMs = undefined;
    for (let from = firstEnd; from !== -1; ) {
      const next = head.indexOf('\r\n', from + 2);
      const colon = head.indexOf(':', from + 2);
      if (colon === -1 || (next !== -1 && colon > next)) throw new MalformedAnswer();
      const name = head.slice(from + 2, colon);
      const value = trimmed(head, colon + 1, next === -1 ? head.length : next);
      headers.push(name, value);
      // Lengths of the names that matter here: most headers are told apart by that alone.
      switch (name.length) {
        case 10:
          if (isNamed(name, 'connection')) persistent = persistence(value, persistent);
          else if (isNamed(name, 'keep-alive')) this.keepAliveMs = timeoutHintMs(value);
          break;
        case 14:
          if (!isNamed(name, 'content-length')) break;
          if (length !== -1 || !decimal.test(value)) throw new MalformedAnswer();
          length = Number(value);
          break;
        case 17:
          if (!isNamed(name, 'transfer-encoding')) break;
          if (chunked || minor === 0 || value.toLowerCase() !== 'chunked') throw new MalformedAnswer();
          chunked = true;
          break;
      }
      from = next;
    }
    if (chunked && length !== -1) throw new MalformedAnswer();

    if (status < 200) {
      if (status === 101) throw new MalformedAnswer();
      this.#parts.information(status, headers);
      return;
    }
    this.#frame(status, length, chunked, persistent);
    const bodiless = this.#state === State.done;
    this.#parts.head(status, reason, headers);
    if (bodiless) this.#parts.end([]);
  }

  /** RFC 9112 §6.3. */
  #frame(status: number, length: number, chunked: boolean, persistent: boolean): void {
    this.keepAlive = persistent;
    if (this.#method === 'HEAD' || status === 204 || status === 304 || (length === 0 && !chunked)) {
      this.#state = State.done;
    } else if (chunked) {
      this.#state = State.chunkSize;
    } else if (length > 0) {
      this.#state = State.sized;
      this.#left = length;
    } else {
      this.#state = State.untilClose;
      this.keepAlive = false;
    }
  }

  #takeBody(bytes: Buffer, at: number): number {
    const available = bytes.length - at;
    const taken = available < this.#left ? available : this.#left;
    this.#left -= taken;
    const chunk = at === 0 && taken === bytes.length ? bytes : bytes.subarray(at, at + taken);
    if (this.#left > 0) {
      this.#parts.body(chunk);
    } else if (this.#state === State.sized) {
      this.#state = State.done;
      this.#parts.body(chunk);
      this.#parts.end([]);
    } else {
      this.#state = State.chunkEnd;
      this.#parts.body(chunk);
    }
    return at + taken;
  }

  #takeChunkSize(bytes: Buffer, at: number): number {
    const end = bytes.indexOf(lineEnd, at);
    if (end === -1 ? bytes.length - at > maxChunkLineBytes : end - at > maxChunkLineBytes)
      throw new MalformedAnswer();
    if (end === -1) return this.#keep(bytes, at);
    const line = bytes.toString('latin1', at, end);
    const semicolon = line.indexOf(';');
    const size = (semicolon === -1 ? line : line.slice(0, semicolon)).trimEnd();
    if (!hexadecimal.test(size) || line.includes('\n') || line.includes('\r')) throw new MalformedAnswer();
    this.#left = Number.parseInt(size, 16);
    this.#state = this.#left === 0 ? State.trailers : State.chunkData;
    this.#trailers = [];
    return end + 2;
  }

  #takeChunkEnd(bytes: Buffer, at: number): number {
    if (bytes.length - at < 2) return this.#keep(bytes, at);
    if (bytes[at] !== 0x0d || bytes[at + 1] !== 0x0a) throw new MalformedAnswer();
    this.#state = State.chunkSize;
    return at + 2;
  }

  #takeTrailer(bytes: Buffer, at: number): number {
    const end = bytes.indexOf(lineEnd, at);
    if (end === -1 ? bytes.length - at > this.#maxHeadBytes : end - at > this.#maxHeadBytes)
      throw new MalformedAnswer();
    if (end === -1) return this.#keep(bytes, at);
    if (end === at) {
      this.#complete(this.#trailers);
      return end + 2;
    }
    const line = bytes.toString('latin1', at, end);
    const colon = line.indexOf(':');
    if (colon === -1 || this.#trailers.length > 200) throw new MalformedAnswer();
    this.#trailers.push(line.slice(0, colon), trimmed(line, colon + 1, line.length));
    return end + 2;
  }

  #complete(trailers: string[]): void {
    this.#state = State.done;
    this.#parts.end(trailers);
  }

  /** A copy, for the bytes are only lent. */
  #keep(bytes: Buffer, at: number): number {
    this.#rest = Buffer.from(bytes.subarray(at));
    return at;
  }
}
