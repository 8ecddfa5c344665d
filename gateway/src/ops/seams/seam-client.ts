import { z } from 'zod';
import { type SeamReport, seamReport } from '../api/schemas.ts';
import { type BoundedAnswer, fetchBounded } from '../probes/fetch-bounded.ts';

export type SeamAction = 'advance' | 'back' | 'verify' | 'backfill';

export type SeamAnswer =
  | { readonly ok: true; readonly report: SeamReport; readonly clockAheadMs: number | undefined }
  | {
      readonly ok: false;
      /** It understood, and said no; else it can't be asked, or makes no sense. */
      readonly refused: boolean;
      readonly message: string;
    };

export interface SeamClient {
  read(url: string): Promise<SeamAnswer>;
  /** One move, or one slice of long work. */
  move(
    url: string,
    action: SeamAction,
    order: { readonly why: string; readonly by: string },
  ): Promise<SeamAnswer>;
}

export interface SeamClientOptions {
  readonly token: string | undefined;
  readonly readWithinMs?: number;
  /** A move waits for locks, more than once, and a slice of work takes some seconds. */
  readonly moveWithinMs?: number;
}

const seamError = z.object({ error: z.object({ message: z.string() }) });

/** Speaks the seam protocol, which is all that the gateway knows of anyone's data. Never rejects. */
export function createSeamClient({
  token,
  readWithinMs = 3_000,
  moveWithinMs = 60_000,
}: SeamClientOptions): SeamClient {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return {
    async read(url) {
      return answerOf(await fetchBounded(url, { headers: authorization, withinMs: readWithinMs }));
    },
    async move(url, action, order) {
      return answerOf(
        await fetchBounded(`${url.replace(/\/$/, '')}/${action}`, {
          method: 'POST',
          headers: { ...authorization, 'content-type': 'application/json' },
          body: JSON.stringify(order),
          withinMs: moveWithinMs,
        }),
      );
    },
  };
}

function answerOf(answer: BoundedAnswer): SeamAnswer {
  if (!answer.ok) return failed(`the seam ${answer.fault}`);
  const { status, text, clockAheadMs } = answer;
  const json = parsed(text);
  if (status === 200) {
    const { success, data } = seamReport.safeParse(json);
    return success
      ? { ok: true, report: data, clockAheadMs }
      : failed('the seam does not speak the seam protocol');
  }
  if (status === 401 || status === 403) return failed('the seam refuses the gateway’s SEAM_TOKEN');
  const { success, data } = seamError.safeParse(json);
  if (status === 409 && success) return { ok: false, refused: true, message: oneLine(data.error.message) };
  return failed(`the seam answered ${status}${success ? `: ${oneLine(data.error.message)}` : ''}`);
}

function failed(message: string): SeamAnswer {
  return { ok: false, refused: false, message };
}

/** It is shown in terminals, where a control character would act. */
function oneLine(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, ' ').slice(0, 500);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
