import { configOrExit } from '@banyan/serving';
import { readConfig } from './config.ts';
import { type Monolith, startMonolith } from './start-monolith.ts';

const config = configOrExit('The monolith', readConfig(process.env));

let monolith: Monolith | undefined;
const stop = async () => {
  try {
    await monolith?.stop();
    process.exit(0);
  } catch (fault) {
    process.stderr.write(`The monolith did not stop in order: ${reasonOf(fault)}\n`);
    process.exit(1);
  }
};
process.on('SIGTERM', stop);
process.on('SIGINT', stop);
// A parent that started us over IPC and is gone can't stop us any more: nobody would.
process.once('disconnect', stop);

try {
  monolith = await startMonolith(config);
  if (process.connected) process.send?.({ type: 'listening', url: monolith.url });
} catch (fault) {
  process.stderr.write(`The monolith can't start: ${reasonOf(fault)}\n`);
  process.exit(1);
}

function reasonOf(fault: unknown): string {
  // Node gives one that tried several addresses no message of its own.
  if (fault instanceof AggregateError && !fault.message) return fault.errors.map(reasonOf).join('; ');
  return fault instanceof Error ? fault.message : String(fault);
}
