import { type Place, pathOf, placeEvent, routes } from '@banyan/contracts';
import { call } from '../api/call.ts';
import { backOffMs } from './back-off.ts';
import type { ConnectionState } from './connection-state.ts';

export interface PlaceListener {
  readonly token: string;
  readonly onPlace: (place: Place) => void;
  readonly onState: (state: ConnectionState) => void;
  /** There is no such place, or no longer. Nothing follows. */
  readonly onGone: () => void;
}

const pollMs = 5_000;

/**
 * Follows a guest's place by server-sent events. While there is no stream, it asks every five seconds: some networks
 * let no stream through, and a guest must not miss their call for that. Returns what ends it.
 */
export function followPlace(listener: PlaceListener): () => void {
  const path = pathOf(routes.getPlace, { token: listener.token });
  let source: EventSource | undefined;
  let streamTimer: ReturnType<typeof setTimeout> | undefined;
  let pollTimer: ReturnType<typeof setTimeout> | undefined;
  let failedAttempts = 0;
  let stopped = false;

  function openStream(): void {
    source?.close();
    const current = new EventSource(path);
    source = current;
    for (const name of ['place', 'gone'] as const) {
      current.addEventListener(name, ({ data }: MessageEvent) => receive(name, data));
    }
    current.addEventListener('error', () => {
      if (current !== source || stopped) return;
      // It would come back by itself after some failures and not after others: one rule for all.
      current.close();
      failedAttempts += 1;
      listener.onState('lost');
      clearTimeout(streamTimer);
      streamTimer = setTimeout(openStream, backOffMs(failedAttempts));
      startPolling();
    });
  }

  function receive(event: 'place' | 'gone', data: unknown): void {
    const message = placeEvent.safeParse({ event, data: parse(data) });
    if (!message.success) return;
    if (message.data.event === 'gone') {
      gone();
      return;
    }
    failedAttempts = 0;
    clearTimeout(pollTimer);
    pollTimer = undefined;
    listener.onState('live');
    listener.onPlace(message.data.data);
  }

  function startPolling(): void {
    if (pollTimer === undefined && !stopped) pollTimer = setTimeout(poll, 0);
  }

  async function poll(): Promise<void> {
    const outcome = await call('getPlace', { params: { token: listener.token } });
    if (stopped || pollTimer === undefined) return;
    if (outcome.ok) listener.onPlace(outcome.body);
    else if (outcome.code === 'not_found' || outcome.code === 'invalid_request') {
      gone();
      return;
    }
    pollTimer = setTimeout(poll, pollMs);
  }

  function hurry(): void {
    if (document.visibilityState === 'visible' && source?.readyState !== EventSource.OPEN) openStream();
  }

  function gone(): void {
    stop();
    listener.onGone();
  }

  function stop(): void {
    stopped = true;
    clearTimeout(streamTimer);
    clearTimeout(pollTimer);
    removeEventListener('online', openStream);
    document.removeEventListener('visibilitychange', hurry);
    source?.close();
  }

  addEventListener('online', openStream);
  document.addEventListener('visibilitychange', hurry);
  listener.onState('connecting');
  openStream();
  return stop;
}

function parse(data: unknown): unknown {
  try {
    return JSON.parse(String(data));
  } catch {
    return undefined;
  }
}
