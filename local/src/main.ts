import { type Config, readConfig } from './config.ts';
import { demoPassword, demoWaitlists } from './demo/demo-data.ts';
import { makeDemoOnce } from './demo/make-demo-once.ts';
import { onceOrphaned } from './processes/once-orphaned.ts';
import { checkPorts } from './stack/check-stack-ports.ts';
import { removeDataFolder } from './stack/data-folder.ts';
import type { Stack } from './stack/stack.ts';
import { startStack } from './stack/start-stack.ts';
import { type Arguments, help, readArguments } from './terminal/arguments.ts';
import { createProgress, type Progress } from './terminal/progress.ts';
import { summarize } from './terminal/summary.ts';

const beganAt = Date.now();
const sameKeyPressMs = 500;
const parsed = readArguments(process.argv.slice(2));
if (!parsed.ok) end(2, `${parsed.fault}\n\n${help}`);
if (parsed.args.help) {
  process.stdout.write(help);
  process.exit(0);
}
const outcome = readConfig(process.env);
if (!outcome.ok)
  end(1, ['The configuration has faults:', ...outcome.faults.map((fault) => `  ${fault}`)].join('\n'));
await run(outcome.config, parsed.args);

async function run(config: Config, args: Arguments): Promise<void> {
  // Standard output is for the answer; under --json that is one line alone.
  const out = args.json ? process.stderr : process.stdout;
  const progress = createProgress(out, Date.now);
  const stopping = new AbortController();
  let stack: Stack | undefined;
  let onStopAsked: () => void = () => undefined;
  const stopAsked = new Promise<void>((resolve) => {
    onStopAsked = resolve;
  });

  let askedAt = 0;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      // One Ctrl-C comes twice: from the terminal, and passed on by npm.
      if (Date.now() - askedAt < sameKeyPressMs) return;
      askedAt = Date.now();
      if (stopping.signal.aborted) {
        stack?.kill();
        process.exit(130);
      }
      progress.line('\nStopping. Once more stops at once.');
      stopping.abort();
      onStopAsked();
    });
  }

  if (config.underNpm) {
    await onceOrphaned(() => {
      stopping.abort();
      onStopAsked();
    });
  }

  try {
    if (args.fresh) await removeDataFolder(config.dataDir);
    const taken = await checkPorts(config);
    if (taken) throw new Error(taken);
    const monolith = { NOTIFICATION_INTERVAL_SECONDS: String(config.notificationIntervalSeconds) };
    stack = await startStack({
      ...config,
      environment: { monolith },
      onEvent: progress.tell,
      signal: stopping.signal,
    });
    if (args.demo) await demo(config, stack, stopping.signal, progress);
    if (args.json) process.stdout.write(`${JSON.stringify(readyLine(stack, args))}\n`);
    else process.stdout.write(`${summarize(stack.urls, { demo: args.demo, dataDir: config.dataDir })}\n`);
    progress.line(`Ready after ${((Date.now() - beganAt) / 1_000).toFixed(1)} s.`);
    await stopAsked;
    await stack.stop();
    process.exit(0);
  } catch (error) {
    await stack?.stop();
    if (stopping.signal.aborted) process.exit(130);
    end(1, error instanceof Error ? error.message : String(error));
  }
}

async function demo(config: Config, stack: Stack, signal: AbortSignal, progress: Progress): Promise<void> {
  const database = config.databaseUrl ?? 'embedded';
  const { dataDir } = config;
  const from = Date.now();
  const made = await makeDemoOnce({ dataDir, database, baseUrl: stack.urls.gateway }, signal);
  if (made) progress.done('demo data', Date.now() - from);
}

/** For programs: what people read in the table. */
function readyLine(stack: Stack, args: Arguments) {
  const [{ host, slug }] = demoWaitlists;
  return {
    ready: true,
    afterMs: Date.now() - beganAt,
    urls: stack.urls,
    pids: stack.pids(),
    ...(args.demo ? { demo: { email: host.email, password: demoPassword, slug } } : {}),
  };
}

function end(code: number, text: string): never {
  process.stderr.write(`${text}\n`);
  process.exit(code);
}
