import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { type ClientFlags, readClientConfig } from './cli-config.ts';
import { CliFault } from './cli-fault.ts';
import type { CliProcess } from './cli-process.ts';
import { createOpsClient, type OpsClient } from './client.ts';
import { type Palette, paletteFor } from './text/colour.ts';

/** What a command found or did: for a reader, and for a script. */
export interface Outcome {
  readonly text: string;
  /** As the ops API gave it. */
  readonly json: unknown;
  readonly exitCode?: 0 | 1;
  /** What of it was refused, in one line. */
  readonly refused?: string | undefined;
}

export interface CommandRun<Flags> {
  readonly client: OpsClient;
  readonly flags: Flags & { readonly json?: true };
  readonly process: CliProcess;
  readonly palette: Palette;
  /** As given on the command line, in order. */
  readonly args: readonly string[];
}

/** Adds one command, which takes the flags that all of them take. */
export type AddCommand = <Flags>(
  usage: string,
  description: string,
  act: (run: CommandRun<Flags>) => Promise<Outcome>,
) => Command;

export interface Cli {
  readonly add: AddCommand;
  /** Resolves to the exit code. */
  run(argv: readonly string[]): Promise<number>;
}

/** The frame of all commands: flags, output, exit codes. */
export function createCli(process: CliProcess): Cli {
  const { env, stdout, stderr } = process;
  let exitCode = 0;
  const program = withClientFlags(new Command('banyan'))
    .description('Shows and moves the capabilities of a running gateway.')
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 1 refused (the reason in one line), 2 usage.\n' +
        'The gateway is found by --ops, else BANYAN_OPS_URL, else on this machine at OPS_PORT (8081);\n' +
        'the token by --token, else BANYAN_TOKEN, else in BANYAN_DATA_DIR (.banyan).',
    )
    .configureOutput({ writeOut: (text) => stdout.write(text), writeErr: (text) => stderr.write(text) })
    .showSuggestionAfterError()
    .exitOverride();

  const add: AddCommand = (usage, description, act) => {
    const command = withClientFlags(program.command(usage));
    return command
      .description(description)
      .option('--json', 'as the ops API gives it')
      .action(async () => {
        // A flag counts before the command's name and after it.
        const flags = command.optsWithGlobals();
        try {
          const client = createOpsClient(readClientConfig(env, flags as ClientFlags));
          const args = command.processedArgs.flat().filter((it) => it !== undefined) as string[];
          const palette = paletteFor(stdout, env);
          const outcome = await act({ client, flags: flags as never, process, palette, args });
          stdout.write(flags.json ? `${JSON.stringify(outcome.json, null, 2)}\n` : outcome.text);
          if (outcome.refused !== undefined) stderr.write(`banyan: ${oneLine(outcome.refused)}\n`);
          exitCode = outcome.exitCode ?? (outcome.refused === undefined ? 0 : 1);
        } catch (error) {
          if (!(error instanceof CliFault)) throw error;
          if (flags.json && error.body !== undefined) {
            stdout.write(`${JSON.stringify(error.body, null, 2)}\n`);
          }
          stderr.write(`banyan: ${oneLine(error.message)}\n`);
          exitCode = error.exitCode;
        }
      });
  };

  return {
    add,
    async run(argv) {
      try {
        await program.parseAsync([...argv], { from: 'user' });
      } catch (error) {
        if (!(error instanceof CommanderError)) throw error;
        // Its own message is out already.
        return error.exitCode === 0 ? 0 : 2;
      }
      return exitCode;
    },
  };
}

function withClientFlags(command: Command): Command {
  return command
    .option('--ops <url>', 'the ops API')
    .option('--token <token>', 'who asks; better in BANYAN_TOKEN, which no process list shows');
}

/** For commands that change something. */
export function whyOption(): Option {
  return new Option('--why <text>', 'the reason, for the audit log')
    .makeOptionMandatory()
    .argParser(nonEmpty);
}

export function yesOption(): Option {
  return new Option('--yes', 'don’t ask');
}

export function nonEmpty(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('It must not be empty.');
  return text;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
