import type { Listener } from '../../database/listener.ts';
import { changeChannel } from './announce-change.ts';

export interface ChangeFeed {
  /**
   * Calls `onChange` after each committed change of the list, made by whichever process, and after each time that
   * changes may have been missed. It may come without a change, and once for several. @returns what ends it
   */
  subscribe(waitlistId: string, onChange: () => void): () => void;
}

/** Tells of what `announceChange` announces, for as long as the listener listens. */
export function createChangeFeed(listener: Pick<Listener, 'hear'>): ChangeFeed {
  const subscribers = new Map<string, Set<() => void>>();

  function tell(waitlistId: string): void {
    for (const onChange of subscribers.get(waitlistId) ?? []) onChange();
  }

  listener.hear(changeChannel, {
    onNotice: tell,
    onListening() {
      // What was announced while nobody listened is lost: everything may have changed.
      for (const waitlistId of [...subscribers.keys()]) tell(waitlistId);
    },
  });

  return {
    subscribe(waitlistId, onChange) {
      const listeners = subscribers.get(waitlistId) ?? new Set();
      subscribers.set(waitlistId, listeners.add(onChange));
      return () => {
        listeners.delete(onChange);
        if (listeners.size === 0 && subscribers.get(waitlistId) === listeners) subscribers.delete(waitlistId);
      };
    },
  };
}
