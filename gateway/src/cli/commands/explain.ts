import { InvalidArgumentError, Option } from 'commander';
import type { Cli } from '../cli.ts';

interface ExplainFlags {
  readonly user?: string;
  readonly header: Readonly<Record<string, string>>;
  readonly address?: string;
  readonly bodyBytes?: number;
}

export function addExplain({ add }: Cli): void {
  add<ExplainFlags>('explain', 'where a request would go, and why', async ({ client, flags, args }) => {
    const [method = '', path = ''] = args;
    const { user, header, address, bodyBytes } = flags;
    const answer = await client.call('explain', {
      body: {
        ...{ method, path, headers: header },
        ...(user === undefined ? {} : { user }),
        ...(address === undefined ? {} : { address }),
        ...(bodyBytes === undefined ? {} : { bodyBytes }),
      },
    });
    return { text: `${answer.text}\n`, json: answer };
  })
    .argument('<method>')
    .argument('<path>')
    .option('--user <id>', 'the subject of the caller’s token')
    .addOption(
      new Option('--header <name:value>', 'may be repeated').default({}, 'none').argParser(withHeader),
    )
    .option('--address <address>', 'the client’s address')
    .addOption(new Option('--body-bytes <number>', 'the size of the request’s body').argParser(bytesOf));
}

function withHeader(
  text: string,
  before: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const colon = text.indexOf(':');
  if (colon < 1) throw new InvalidArgumentError('It must be NAME:VALUE.');
  return { ...before, [text.slice(0, colon).trim()]: text.slice(colon + 1).trim() };
}

function bytesOf(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('It must be a number of bytes.');
  return Number(text);
}
