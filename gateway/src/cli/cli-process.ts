/** What of its process a command touches, so that it can be run in any. */
export interface CliProcess {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Without one, or without a terminal, nobody is asked anything. */
  readonly stdin?: NodeJS.ReadableStream & { readonly isTTY?: boolean };
}

export interface Output {
  readonly isTTY?: boolean | undefined;
  write(text: string): unknown;
}
