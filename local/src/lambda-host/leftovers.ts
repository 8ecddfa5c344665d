import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { commandOf, isAlive } from '../processes/process-table.ts';

const noteSchema = z.object({
  host: z.object({ pid: z.int(), command: z.string() }),
  environments: z.array(z.object({ pid: z.int(), id: z.string() })),
});
type Note = z.infer<typeof noteSchema>;

const notePattern = /^lambda-host-\d+\.json$/;

export interface ProcessNote {
  readonly add: (pid: number, environmentId: string) => void;
  readonly remove: (pid: number) => void;
  /** Of a host that ended in order: there is nothing left to note. */
  readonly delete: () => void;
}

/** Notes a host's processes in a file, so that the next host can end what this one leaves behind. */
export async function keepProcessNote(stateFolder: string): Promise<ProcessNote> {
  mkdirSync(stateFolder, { recursive: true });
  const file = join(stateFolder, `lambda-host-${process.pid}.json`);
  const command = (await commandOf(process.pid)) ?? '';
  const environments = new Map<number, string>();

  function write(): void {
    const note: Note = {
      host: { pid: process.pid, command },
      environments: [...environments].map(([pid, id]) => ({ pid, id })),
    };
    writeFileSync(`${file}.partial`, JSON.stringify(note), { mode: 0o600 });
    renameSync(`${file}.partial`, file);
  }
  return {
    add(pid, environmentId) {
      environments.set(pid, environmentId);
      write();
    },
    remove(pid) {
      environments.delete(pid);
      write();
    },
    delete: () => rmSync(file, { force: true }),
  };
}

/**
 * Ends the environments of hosts that are gone, and says how many there were. A process id may be another program's by
 * now: only one whose command line names the environment is ended.
 */
export async function endLeftovers(stateFolder: string): Promise<number> {
  let ended = 0;
  for (const name of readNames(stateFolder)) {
    const file = join(stateFolder, name);
    const note = readNote(file);
    if (note && (await isRunning(note.host.pid, note.host.command))) continue;
    for (const { pid, id } of note?.environments ?? []) {
      if (!(await isRunning(pid, id))) continue;
      process.kill(-pid, 'SIGKILL');
      ended += 1;
    }
    rmSync(file, { force: true });
  }
  return ended;
}

async function isRunning(pid: number, command: string): Promise<boolean> {
  return isAlive(pid) && ((await commandOf(pid)) ?? '').includes(command);
}

function readNames(stateFolder: string): string[] {
  try {
    return readdirSync(stateFolder).filter((name) => notePattern.test(name));
  } catch {
    return [];
  }
}

/** One that can't be read helps nobody. */
function readNote(file: string): Note | undefined {
  try {
    return noteSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined;
  }
}
