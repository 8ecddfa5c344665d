/** Answers that are fixed beforehand, as data: what generated tests tell the witness to say. */
import type { Head, Header } from '../http/message.ts';
import { encodeChunk, encodeHead, encodeLastChunk } from '../http/raw-request.ts';
import { startWitness, type Witness, type WitnessExchange, type WitnessedRequest } from './witness.ts';

export interface Script {
  readonly interim: readonly Head[];
  /** Includes the framing header, where there is one, in whatever place and case. */
  readonly head: Head;
  readonly body: ScriptBody;
  /** The upstream dies after this many bytes of the whole answer: in good order (FIN) or not (RST). */
  readonly cut?: { readonly afterBytes: number; readonly by: 'end' | 'reset' };
}

export type ScriptBody =
  | { readonly kind: 'none' }
  | { readonly kind: 'sized'; readonly pieces: readonly Buffer[] }
  | { readonly kind: 'until-close'; readonly pieces: readonly Buffer[] }
  | { readonly kind: 'chunked'; readonly pieces: readonly Buffer[]; readonly trailers: readonly Header[] };

/** Names the script that a request is to be answered by; passed on by any proxy, as every unknown header is. */
export const scriptHeader = 'X-Script';

export interface ScriptedWitness extends Witness {
  /** Sets the answer for the requests that name `id`; takes what arrived under it. */
  readonly script: (id: string, script: Script) => void;
  readonly takeReceived: (id: string) => readonly WitnessedRequest[];
}

export async function startScriptedWitness(): Promise<ScriptedWitness> {
  const scripts = new Map<string, Script>();
  const received = new Map<string, WitnessedRequest[]>();

  const witness = await startWitness({
    async answer(exchange) {
      const id =
        exchange.head.headers.find(([name]) => name.toLowerCase() === scriptHeader.toLowerCase())?.[1] ?? '';
      const script = scripts.get(id);
      if (!script) {
        exchange.write('HTTP/1.1 500 No Script\r\nContent-Length: 0\r\n\r\n');
        return exchange.finish();
      }
      const request = await exchange.received;
      received.set(id, [...(received.get(id) ?? []), request]);
      play(script, exchange);
    },
  });
  return {
    ...witness,
    script: (id, script) => scripts.set(id, script),
    takeReceived(id) {
      const requests = received.get(id) ?? [];
      received.delete(id);
      scripts.delete(id);
      return requests;
    },
  };
}

export function play(script: Script, exchange: WitnessExchange): void {
  if (script.cut) {
    exchange.write(Buffer.concat(encodeScript(script)).subarray(0, script.cut.afterBytes));
    if (script.cut.by === 'end') exchange.end();
    else exchange.reset();
    return;
  }
  for (const bytes of encodeScript(script)) exchange.write(bytes);
  if (script.body.kind === 'until-close') exchange.end();
  else exchange.finish();
}

/** The answer's bytes: its heads, then each piece of its body. */
export function encodeScript({ interim, head, body }: Script): readonly Buffer[] {
  const heads = [...interim, head].map(({ startLine, headers }) => encodeHead(startLine, headers));
  if (body.kind === 'none') return heads;
  if (body.kind !== 'chunked') return [...heads, ...body.pieces];
  return [...heads, ...body.pieces.map(encodeChunk), encodeLastChunk(body.trailers)];
}
