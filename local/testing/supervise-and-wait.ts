/** Supervises a program, tells its parent the process id, and stays: for tests that kill a supervisor. */
import { supervise } from '../src/processes/supervise.ts';

const [program, port, logFile] = process.argv.slice(2);
if (!program || !port || !logFile) throw new Error('usage: supervise-and-wait.ts PROGRAM PORT LOG_FILE');
const child = await supervise(
  {
    name: 'example',
    args: [program],
    env: { TEST_PORT: port },
    readyUrl: `http://127.0.0.1:${port}/readyz`,
    logFile,
  },
  () => undefined,
);
process.send?.(child.pid());
