import type { ProcessEvent } from '../processes/supervise.ts';

export interface StackPorts {
  readonly gateway: number;
  readonly ops: number;
  readonly monolith: number;
  readonly lambdaHost: number;
  readonly postgres: number;
  readonly mailWeb: number;
  readonly mailSmtp: number;
}

export interface StackOptions {
  /** Everything that is kept, logs included. */
  readonly dataDir: string;
  readonly ports: StackPorts;
  /** Another PostgreSQL than the embedded one. */
  readonly databaseUrl?: string | undefined;
  /** Another mail server than the sink. */
  readonly smtpUrl?: string | undefined;
  /** Variables for one part on top of those that it is given, e.g. a shorter timer for a test. */
  readonly environment?: {
    readonly monolith?: Environment;
    readonly auth?: Environment;
    readonly gateway?: Environment;
  };
  readonly onEvent?: (event: StackEvent) => void;
  /** Gives up starting; what was started is stopped. */
  readonly signal?: AbortSignal;
}

type Environment = Readonly<Record<string, string>>;

export type PartName = 'PostgreSQL' | 'mail' | 'monolith' | 'Lambda host' | 'gateway';

export type StackEvent =
  | { readonly kind: 'starting'; readonly name: PartName }
  | { readonly kind: 'step'; readonly name: PartName; readonly text: string }
  | { readonly kind: 'ready'; readonly name: PartName }
  | { readonly kind: 'stopping'; readonly name: string }
  | { readonly kind: 'failed'; readonly name: string; readonly reason: string }
  | ProcessEvent;

export interface Stack {
  readonly urls: {
    readonly gateway: string;
    readonly ops: string;
    readonly monolith: string;
    /** Where the services answer, as an HTTP API would in AWS. */
    readonly lambdaHost: string;
    /** Where the mails can be read; none if mail goes elsewhere. */
    readonly mail: string | undefined;
    readonly smtp: string;
    /** As its administrator. */
    readonly database: string;
  };
  /** Of the processes that run now, by part. */
  readonly pids: () => Readonly<Record<string, number | undefined>>;
  /** Gateway first, database last, each only after those that need it are gone. */
  readonly stop: () => Promise<void>;
  /** Ends every process at once. */
  readonly kill: () => void;
}
