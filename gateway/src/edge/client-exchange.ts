import type { Exchange } from '../exchange.ts';

/** A client's request, as far as the pipeline needs it, whoever read it: our own reader or Node's HTTP server. */
export interface ClientRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly rawHeaders: readonly string[];
  readonly httpVersionMinor: number;
  /** All of its body has come. */
  readonly complete: boolean;
  /** Reads what is left of its body, and forgets it. */
  resume(): unknown;
}

/** The way back to the client. Every implementation writes the same bytes; Node's `ServerResponse` is the measure. */
export interface ClientAnswer {
  shouldKeepAlive: boolean;
  sendDate: boolean;
  readonly headersSent: boolean;
  /** The operating system has all of it. */
  readonly writableFinished: boolean;
  readonly destroyed: boolean;
  writeContinue(): unknown;
  /** Throws at what no header may contain, as the next two do. */
  writeInformation(status: number, headers: string[]): unknown;
  /** The head leaves with the first part of the body or with the end. */
  takeHead(status: number, reason: string, headers: string[]): unknown;
  addTrailers(pairs: readonly [string, string][]): unknown;
  /** False if the client should be given time to read; what `heedDrain` named hears when it has. */
  write(chunk: Buffer): boolean;
  end(chunk?: Buffer): unknown;
  /** The same of text, one byte to a character: with the head, it leaves in one write. */
  end(chunk: string, encoding: 'latin1'): unknown;
  /** Sends the head alone. */
  sendHead(): void;
  heedDrain(onDrain: (exchange: Exchange) => void): void;
}
