import { type PlaceEvent, placeEvent } from '@banyan/contracts';
import { until } from '@banyan/serving/testing';

export interface EventReader {
  readonly response: Response;
  /** The next event, once it is whole; undefined once the stream has ended. */
  readonly next: () => Promise<(PlaceEvent & { readonly id: string }) | undefined>;
  /** All that came so far, as it came. */
  readonly text: () => string;
  readonly abort: () => void;
}

/** Reads a place as a stream, as an EventSource would. */
export async function readEvents(url: string): Promise<EventReader> {
  const controller = new AbortController();
  const response = await fetch(url, {
    headers: { accept: 'text/event-stream' },
    signal: controller.signal,
  });
  let text = '';
  let ended = false;
  void (async () => {
    try {
      const decoder = new TextDecoder();
      for await (const chunk of response.body ?? []) text += decoder.decode(chunk, { stream: true });
    } catch {
      // An abort of ours, or a broken connection: the stream is over either way.
    } finally {
      ended = true;
    }
  })();
  let asked = 0;
  return {
    response,
    text: () => text,
    abort: () => controller.abort(),
    async next() {
      const index = asked;
      asked += 1;
      const blockAt = () =>
        text
          .split('\n\n')
          .slice(0, -1)
          .filter((part) => part.startsWith('id: '))[index];
      await until(() => ended || blockAt() !== undefined);
      const block = blockAt();
      return block === undefined ? undefined : parse(block);
    },
  };
}

function parse(block: string): PlaceEvent & { readonly id: string } {
  const fields = new Map(
    block.split('\n').map((line) => {
      const colon = line.indexOf(': ');
      return [line.slice(0, colon), line.slice(colon + 2)];
    }),
  );
  const event = placeEvent.parse({
    event: fields.get('event'),
    data: JSON.parse(fields.get('data') ?? ''),
  });
  return { ...event, id: fields.get('id') ?? '' };
}
