/** Ends a command with one line on standard error, and its exit code. */
export class CliFault extends Error {
  readonly exitCode: 1 | 2;
  /** What the ops API said, for `--json`. */
  readonly body: unknown;

  constructor(message: string, { exitCode = 1, body }: { exitCode?: 1 | 2; body?: unknown } = {}) {
    super(message);
    this.name = 'CliFault';
    this.exitCode = exitCode;
    this.body = body;
  }
}
