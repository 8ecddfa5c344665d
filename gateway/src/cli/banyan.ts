import { createCli } from './cli.ts';
import type { CliProcess } from './cli-process.ts';
import { addDoctor } from './commands/doctor.ts';
import { addExplain } from './commands/explain.ts';
import { addHistory } from './commands/history.ts';
import { addMoves, addRollback } from './commands/move.ts';
import { addOverride } from './commands/override.ts';
import { addPins } from './commands/pins.ts';
import { addSeam } from './commands/seam.ts';
import { addStatus } from './commands/status.ts';

export type { CliProcess } from './cli-process.ts';

/** The operators' command. Resolves to its exit code: 0 done, 1 refused, 2 usage. */
export function banyan(argv: readonly string[], process: CliProcess): Promise<number> {
  const cli = createCli(process);
  for (const addTo of [
    addStatus,
    addMoves,
    addRollback,
    addPins,
    addOverride,
    addExplain,
    addHistory,
    addSeam,
    addDoctor,
  ]) {
    addTo(cli);
  }
  return cli.run(argv);
}
