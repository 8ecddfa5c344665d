import { readConfig } from './config.ts';
import { type LambdaHost, startLambdaHost } from './start-lambda-host.ts';

const outcome = readConfig(process.env);
if (!outcome.ok) {
  const lines = outcome.faults.map((fault) => `  ${fault}\n`).join('');
  process.stderr.write(`The Lambda host can't start: it is not configured right.\n${lines}`);
  process.exit(1);
}

let host: LambdaHost | undefined;
let stopping = false;
const stop = async () => {
  if (stopping) return;
  stopping = true;
  try {
    await host?.stop();
    process.exit(0);
  } catch (fault) {
    process.stderr.write(`The Lambda host did not stop in order: ${reasonOf(fault)}\n`);
    process.exit(1);
  }
};
process.on('SIGTERM', stop);
process.on('SIGINT', stop);
// A parent that started us over IPC and is gone can't stop us any more: nobody would.
process.once('disconnect', stop);

try {
  host = await startLambdaHost({
    ...outcome.config,
    log: (functionName, line) => process.stdout.write(`[${functionName}] ${line}\n`),
  });
  if (process.connected) process.send?.({ type: 'listening', url: host.url });
} catch (fault) {
  process.stderr.write(`The Lambda host can't start: ${reasonOf(fault)}\n`);
  process.exit(1);
}

function reasonOf(fault: unknown): string {
  return fault instanceof Error ? fault.message : String(fault);
}
