import type { CliProcess } from '../cli-process.ts';

export interface ProgressBar {
  show(name: string, done: number, total: number): void;
  /** Takes the bar off the screen, for what comes next. */
  end(): void;
}

const cells = 30;

/** On a terminal's standard error, so that what is piped on is the result alone; elsewhere there is none. */
export function createProgressBar({ stderr }: Pick<CliProcess, 'stderr'>): ProgressBar {
  const shown = stderr.isTTY === true;
  return {
    show(name, done, total) {
      if (shown) stderr.write(`\r${barText(name, done, total)}\u001b[K`);
    },
    end() {
      if (shown) stderr.write('\r\u001b[K');
    },
  };
}

export function barText(name: string, done: number, total: number): string {
  const share = total === 0 ? 1 : Math.min(1, done / total);
  const full = Math.floor(share * cells);
  return `${name} ${'█'.repeat(full)}${'░'.repeat(cells - full)} ${Math.floor(share * 100)} % (${done} of ${total})`;
}
