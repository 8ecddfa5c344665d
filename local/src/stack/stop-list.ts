export interface StopList {
  readonly add: (name: string, stop: () => Promise<void>, kill?: () => void) => void;
  /** Last started, first stopped. One that fails to stop keeps none of the others running. */
  readonly stopAll: () => Promise<void>;
  readonly killAll: () => void;
}

interface Part {
  readonly name: string;
  readonly stop: () => Promise<void>;
  readonly kill: (() => void) | undefined;
}

/** Remembers what was started, in order, so that it can be taken down the other way round. */
export function createStopList(onStop: (name: string) => void): StopList {
  const parts: Part[] = [];
  let stopped: Promise<void> | undefined;

  async function stopInOrder(): Promise<void> {
    const failures: unknown[] = [];
    for (const { name, stop } of parts.toReversed()) {
      onStop(name);
      await stop().catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw new AggregateError(failures, failures.map(String).join('; '));
  }

  function killAll(): void {
    for (const { kill } of parts.toReversed()) {
      try {
        kill?.();
      } catch {
        // It is gone already.
      }
    }
  }

  return {
    add: (name, stop, kill) => parts.push({ name, stop, kill }),
    stopAll: () => {
      stopped ??= stopInOrder();
      return stopped;
    },
    killAll,
  };
}
