import { errorCode } from '../error-code.ts';

/** An answer of a service or a seam, read whole, or why there is none, for an operator to read. */
export type BoundedAnswer =
  | {
      readonly ok: true;
      readonly status: number;
      readonly text: string;
      readonly clockAheadMs: number | undefined;
    }
  | { readonly ok: false; readonly fault: string };

export interface BoundedRequest {
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly withinMs: number;
}

const maxBytes = 65_536;

/** Asks without trust: in bounded time, for a bounded answer, without following it elsewhere. Never rejects. */
export async function fetchBounded(url: string, request: BoundedRequest): Promise<BoundedAnswer> {
  const { method = 'GET', headers = {}, body, withinMs } = request;
  try {
    const response = await fetch(url, {
      method,
      headers,
      redirect: 'manual',
      signal: AbortSignal.timeout(withinMs),
      ...(body === undefined ? {} : { body }),
    });
    const clockAheadMs = aheadMs(response.headers.get('date'));
    return { ok: true, status: response.status, text: await readText(response), clockAheadMs };
  } catch (error) {
    return { ok: false, fault: faultOf(error, withinMs) };
  }
}

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new TooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** How far the other side's clock is ahead of ours, to the second that HTTP tells. */
function aheadMs(date: string | null): number | undefined {
  const at = date === null ? Number.NaN : Date.parse(date);
  return Number.isNaN(at) ? undefined : at + 500 - Date.now();
}

function faultOf(error: unknown, withinMs: number): string {
  if (isTimeout(error)) return `does not answer within ${withinMs / 1_000} s`;
  // What fetch throws names the reason as its cause.
  const code = errorCode((error as { cause?: unknown }).cause);
  if (code === 'ECONNREFUSED') return 'takes no connections';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'has a name that is not known';
  if (error instanceof TooLarge) return 'answers with more than belongs here';
  return code === undefined ? 'can’t be asked' : `can’t be asked (${code})`;
}

/** Of `AbortSignal.timeout`. */
export function isTimeout(error: unknown): boolean {
  return (error as { name?: unknown }).name === 'TimeoutError';
}

class TooLarge extends Error {}
