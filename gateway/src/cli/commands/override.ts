import { InvalidArgumentError, Option } from 'commander';
import type { Cli } from '../cli.ts';
import { secondsOf } from '../text/relative-time.ts';

const sides = ['legacy', 'service'] as const;

export function addOverride({ add }: Cli): void {
  add<{ for: number }>(
    'override',
    'prints the header that pins a tester to a side',
    async ({ client, flags, args }) => {
      const [name = '', side = ''] = args;
      const body = { side: side as (typeof sides)[number], forSeconds: flags.for };
      const answer = await client.call('signOverride', { params: { name }, body });
      const { header, value, cookie, expiresAt } = answer;
      const text = `${header}: ${value}\n\nor as a cookie, for a browser:\n${cookie}\n\nvalid until ${expiresAt}\n`;
      return { text, json: answer };
    },
  )
    .argument('<capability>')
    .argument('<side>', sides.join(' or '), sideOf)
    .addOption(
      new Option('--for <duration>', 'how long it is valid: 90s, 30m, 1h, 2d')
        .default(3_600, '1h')
        .argParser(durationOf),
    );
}

function sideOf(text: string): string {
  if ((sides as readonly string[]).includes(text)) return text;
  throw new InvalidArgumentError(`The sides are ${sides.join(' and ')}.`);
}

function durationOf(text: string): number {
  const seconds = secondsOf(text);
  if (seconds !== undefined && seconds >= 1 && seconds <= 604_800) return seconds;
  throw new InvalidArgumentError('It must be like 90s, 30m, 1h or 2d, and 7d at most.');
}
