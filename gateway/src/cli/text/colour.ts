import type { Output } from '../cli-process.ts';

export interface Palette {
  good(text: string): string;
  bad(text: string): string;
  warning(text: string): string;
  dim(text: string): string;
  strong(text: string): string;
}

/** For terminals whose user didn't ask for none (https://no-color.org). */
export function paletteFor(output: Output, env: Readonly<Record<string, string | undefined>>): Palette {
  const on = output.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb';
  const colour = (code: number, end: number) => (text: string) =>
    on ? `\u001b[${code}m${text}\u001b[${end}m` : text;
  return {
    good: colour(32, 39),
    bad: colour(31, 39),
    warning: colour(33, 39),
    dim: colour(2, 22),
    strong: colour(1, 22),
  };
}
