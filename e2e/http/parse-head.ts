import { type Head, type Header, MalformedMessage } from './message.ts';

const headerLine = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*(.*?)[ \t]*$/;

/** Parses a head without its closing empty line. Refuses folded lines, bare CR or LF, and NUL. */
export function parseHead(text: string): Head {
  const [startLine = '', ...lines] = linesOf(text);
  return { startLine, headers: lines.map(parseHeader) };
}

export function parseTrailers(text: string): readonly Header[] {
  return text === '' ? [] : linesOf(text).map(parseHeader);
}

function linesOf(text: string): string[] {
  const lines = text.split('\r\n');
  for (const line of lines) {
    if (/[\r\n\0]/.test(line)) throw new MalformedMessage(`a bare CR, LF or NUL in ${JSON.stringify(line)}`);
  }
  return lines;
}

function parseHeader(line: string): Header {
  const [, name, value] = headerLine.exec(line) ?? [];
  if (name === undefined || value === undefined) {
    throw new MalformedMessage(`not a header line: ${JSON.stringify(line)}`);
  }
  return [name, value];
}
