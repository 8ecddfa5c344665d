import { PassThrough } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { readLines } from './read-lines.ts';

async function linesOf(...chunks: (string | Buffer)[]): Promise<string[]> {
  const lines: string[] = [];
  const stream = new PassThrough();
  readLines(stream, (line) => lines.push(line));
  for (const chunk of chunks) stream.write(chunk);
  stream.end();
  await new Promise((resolve) => stream.once('close', resolve));
  return lines;
}

describe('lines of a log', () => {
  it('end in a line feed alone, wherever the chunks do', async () => {
    expect(await linesOf('one\nt', 'wo\rstill two\n', '\nlast')).toEqual([
      'one',
      'two\rstill two',
      '',
      'last',
    ]);
  });

  it('keep characters whole whose bytes come apart', async () => {
    const bytes = Buffer.from('é€\n');
    expect(await linesOf(...[...bytes].map((byte) => Buffer.from([byte])))).toEqual(['é€']);
  });

  it('are cut where they have no end', async () => {
    const lines = await linesOf('x'.repeat(600_000));
    expect(lines.map(({ length }) => length)).toEqual([262_144, 262_144, 75_712]);
  });
});
