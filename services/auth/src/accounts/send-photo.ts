import { ApiError, errorBody, errorsOf, routes } from '@banyan/contracts';
import type { Log, UploadedFile } from '@banyan/serving';

export interface PhotoToSend {
  readonly upload: UploadedFile;
  /** Of the user whose photo it becomes. */
  readonly accessToken: string;
  readonly requestId: string;
}

/** @throws ApiError: what the photo was refused with, or unavailable */
export type SendPhoto = (photo: PhotoToSend) => Promise<void>;

export interface SendPhotoDeps {
  /** Where the whole API is reached, whichever side images are on. */
  readonly apiUrl: string;
  readonly log: Log;
  /** Under the function's own, so that there is time left to answer and to take the pending user away. */
  readonly timeoutMs?: number;
}

const { path, method, form } = routes.putMyPhoto;
/** Of an answer; the ones that matter here have a few hundred bytes. */
const maxAnswerBytes = 64 * 1_024;

/** Errors that a photo is refused with, and that a registration may be refused with as well. */
const passedOn = new Set<string>(
  errorsOf(routes.putMyPhoto).filter(
    (code) => errorsOf(routes.register).includes(code) && !['internal', 'unavailable'].includes(code),
  ),
);

export function createSendPhoto({ apiUrl, log, timeoutMs = 10_000 }: SendPhotoDeps): SendPhoto {
  return async ({ upload, accessToken, requestId }) => {
    const body = new FormData();
    body.set(
      form.upload.field,
      new Blob([new Uint8Array(upload.bytes)], { type: upload.declaredType }),
      'photo',
    );
    let answer: { readonly status: number; readonly text: string };
    try {
      const response = await fetch(`${apiUrl}${path}`, {
        method,
        body,
        headers: {
          authorization: `Bearer ${accessToken}`,
          'x-request-id': requestId,
          // A connection that is kept may be dead by the time of the next request, after the environment was frozen.
          connection: 'close',
        },
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
      });
      answer = { status: response.status, text: await readText(response) };
    } catch (cause) {
      log.warn({ err: cause, requestId }, 'a photo could not be sent');
      throw unavailable({ cause });
    }
    if (answer.status !== 200) throw refusal(answer);
  };
}

function refusal({ status, text }: { readonly status: number; readonly text: string }): ApiError {
  const parsed = errorBody.safeParse(parseJson(text));
  if (!parsed.success || !passedOn.has(parsed.data.error.code)) {
    return unavailable({ cause: new Error(`the photo's route answered ${status}`) });
  }
  const { code, message, details } = parsed.data.error;
  return new ApiError(code, message, details === undefined ? {} : { details });
}

function unavailable({ cause }: { readonly cause: unknown }): ApiError {
  return new ApiError('unavailable', 'The photo can not be taken at the moment. Please try again.', {
    cause,
    headers: { 'retry-after': '1' },
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** @throws if the answer is larger than any of ours */
async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > maxAnswerBytes) throw new Error('the answer is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
