import { closeSync, fstatSync, mkdirSync, openSync, readSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

const maxLogBytes = 20 * 1024 * 1024;

export interface LogFile {
  /** For a child to write to. The file rather than a pipe, so that a child outlives the death of its parent. */
  readonly fd: number;
  /** The last lines since this file was opened. */
  readonly tail: (lines: number) => string[];
  readonly close: () => void;
}

/** Opens a log to append to. One that has grown too large is put aside once, as `.old`. */
export function openLogFile(file: string): LogFile {
  mkdirSync(dirname(file), { recursive: true });
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > maxLogBytes) renameSync(file, `${file}.old`);
  const fd = openSync(file, 'a+', 0o600);
  const start = fstatSync(fd).size;
  return { fd, tail: (lines) => readTail(fd, start, lines), close: () => closeSync(fd) };
}

function readTail(fd: number, start: number, lines: number): string[] {
  const { size } = fstatSync(fd);
  const from = Math.max(start, size - 64 * 1024);
  const buffer = Buffer.alloc(size - from);
  readSync(fd, buffer, 0, buffer.length, from);
  return buffer.toString('utf8').trimEnd().split('\n').slice(-lines).filter(Boolean);
}
