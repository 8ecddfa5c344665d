import type { Readable } from 'node:stream';

/** What CloudWatch Logs takes as one entry. */
const maxLineLength = 262_144;

/**
 * Calls for each line, as it ends in a line feed alone: Lambda's runtime writes a line break within an entry as a carriage
 * return. What has no end is cut, so that memory stays bounded.
 */
export function readLines(stream: Readable, onLine: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
    while (rest.length > maxLineLength) {
      onLine(rest.slice(0, maxLineLength));
      rest = rest.slice(maxLineLength);
    }
  });
  stream.on('end', () => {
    if (rest !== '') onLine(rest);
  });
  stream.on('error', () => undefined);
}
