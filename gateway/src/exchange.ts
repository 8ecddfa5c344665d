import { IncomingMessage, ServerResponse } from 'node:http';
import type { Choice } from './cutover/choose-upstream.ts';
import type { RoutedCutover } from './cutover/cutover-snapshot.ts';
import type { ClientAnswer, ClientRequest } from './edge/client-exchange.ts';
import type { ClientConnection } from './edge/connections.ts';
import { answerHeadStart } from './edge/wire/answer-head.ts';
import type { Failure } from './forwarding/failure.ts';
import type { ReplayCause } from './forwarding/replay.ts';
import type { RouteEntry } from './routing/route-table.ts';

/** How far an exchange has come, from which the watch knows whose turn it is. */
export const Phase = {
  admitted: 0,
  /** No connection to the upstream yet. */
  connecting: 1,
  /** The upstream has the request, or is being sent it. */
  waiting: 2,
  /** The head has been passed on; the body is streaming. */
  answering: 3,
  done: 4,
} as const;
export type Phase = (typeof Phase)[keyof typeof Phase];

/** A request in flight at an upstream. */
export interface UpstreamCall {
  /** Ends it at once, by closing its connection. Nothing is reported afterwards. */
  cancel(): void;
  pause(): void;
  resume(): void;
}

/** Node makes one for each request that its server reads. */
export class GatewayResponse extends ServerResponse<IncomingMessage> implements ClientAnswer {
  exchange: Exchange | undefined = undefined;

  /**
   * Once it knows a body's length, Node reads the bytes of a `Content-Disposition` as UTF-8, so that a Latin-1 file name
   * would be lost. Nothing else asks for the length where a head is given whole.
   */
  get _contentLength(): null {
    return null;
  }

  set _contentLength(_length: number | null) {}

  takeHead(status: number, reason: string, headers: string[]): void {
    // Node forgets that an answer may have a body before it looks at the headers of one that may not. If it then refuses
    // them, the refusal would go without its own body.
    if (status === 204 || status === 304) answerHeadStart(status, reason, headers);
    this.writeHead(status, reason, headers);
  }

  sendHead(): void {
    // Not `flushHeaders`, which writes them as UTF-8: a byte past 0x7f would become two.
    this.write('', 'latin1');
  }

  heedDrain(onDrain: (exchange: Exchange) => void): void {
    this.on('drain', () => {
      if (this.exchange !== undefined) onDrain(this.exchange);
    });
  }
}

/**
 * The state of one request on its way through the pipeline.
 * A class, and mutable, because the hot path makes one object per request and no more.
 */
export class Exchange {
  readonly req: ClientRequest;
  readonly res: ClientAnswer;
  /** The request as Node's server read it. A plain one (edge/wire/) has no body, and nothing to stream. */
  readonly incoming: IncomingMessage | undefined;
  readonly connection: ClientConnection;
  readonly startedAt: number;
  readonly method: string;
  /** Path and query in origin form, byte for byte as the client sent them. */
  target = '';
  /** `target` without its query. */
  path = '';
  host = '';
  requestId = '';
  /** What the upstream gets, as raw pairs. */
  headers: string[] = [];
  hasBody = false;
  bodyLength: number | undefined = undefined;
  expectsContinue = false;
  maxBodyBytes = Number.POSITIVE_INFINITY;
  forwardedFor: string | undefined = undefined;
  forwardedProto: string | undefined = undefined;
  forwardedHost: string | undefined = undefined;

  route: RouteEntry | undefined = undefined;
  choice: Choice | undefined = undefined;
  /** As it was when the choice was made. */
  cutover: RoutedCutover | undefined = undefined;
  /** The caller's bucket, where the choice depended on it; else -1. */
  cohort = -1;
  /** What the client sent to be pinned to a side, right or wrong. */
  overrides: string | undefined = undefined;
  /** Why legacy answered what was chosen for the service. */
  replayed: ReplayCause | undefined = undefined;

  call: UpstreamCall | undefined = undefined;
  phase: Phase = Phase.admitted;
  /** When the side whose turn it is last moved, on the watch's clock. */
  progressAt = 0;
  /** The upstream takes no more of the request's body for now. */
  requestPaused = false;
  /** The client takes no more of the answer's body for now. */
  answerPaused = false;
  /** All of the answer has been handed over, though perhaps not yet read. */
  answered = false;
  /** The head has left, alone or with the first part of the body. */
  headSent = false;
  drainHeard = false;
  unreadBytes = -1;
  eventStream = false;
  /** Of a sized answer; -1 where the size isn't known. */
  bytesLeft = -1;
  attempts = 0;
  failure: Failure | undefined = undefined;
  status = 0;
  /** No longer counted among the unanswered. */
  released = false;

  constructor(req: ClientRequest, res: ClientAnswer, connection: ClientConnection, startedAt: number) {
    this.req = req;
    this.res = res;
    this.incoming = req instanceof IncomingMessage ? req : undefined;
    this.connection = connection;
    this.startedAt = startedAt;
    this.method = req.method ?? '';
  }
}
