import { peakFromProc, peakMemoryMb } from './memory.ts';

const lookEveryMs = 50;

export interface MemoryWatch {
  /** The most that it has held so far. */
  readonly maxMb: () => number;
  readonly resume: () => void;
  readonly pause: () => void;
}

/** Looks at a process while it runs, not while it is frozen, and calls once when it holds more than it may. */
export function watchMemory(pid: number, limitMb: number, onExceeded: () => void): MemoryWatch {
  let maxMb = 0;
  let timer: NodeJS.Timeout | undefined;
  let exceeded = false;

  function note(mb: number | undefined): void {
    maxMb = Math.max(maxMb, mb ?? 0);
    if (maxMb <= limitMb || exceeded) return;
    exceeded = true;
    onExceeded();
  }
  return {
    maxMb: () => Math.min(Math.ceil(maxMb), limitMb),
    resume() {
      timer ??= setInterval(() => void peakMemoryMb(pid).then(note), lookEveryMs).unref();
    },
    pause() {
      clearInterval(timer);
      timer = undefined;
      note(peakFromProc(pid));
    },
  };
}
