export interface LogTail {
  readonly write: (line: string) => void;
  readonly read: () => Buffer;
}

/** Passes each line on and keeps the last bytes, for `X-Amz-Log-Result`. */
export function createLogTail(maxBytes: number, passOn: (line: string) => void): LogTail {
  let kept = Buffer.alloc(0);
  return {
    write(line) {
      passOn(line);
      kept = Buffer.concat([kept, Buffer.from(`${line}\n`)]).subarray(-maxBytes);
    },
    read: () => kept,
  };
}
