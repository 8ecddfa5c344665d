import { type ChildProcess, spawn } from 'node:child_process';
import { endLeftovers, keepProcessNote } from './leftovers.ts';

/**
 * Reads `+pid` and `-pid`, and kills what is left of these process groups when its input ends: when the host is gone,
 * however it went. A frozen environment could not notice that itself. A shell, since it weighs a megabyte and starts at
 * once.
 */
const program = `
trap '' HUP INT TERM
watched=''
while read -r line; do
  pid=\${line#?}
  case $line in
    +*) watched="$watched $pid" ;;
    -*)
      kept=''
      for each in $watched; do [ "$each" = "$pid" ] || kept="$kept $each"; done
      watched=$kept ;;
  esac
done
for each in $watched; do kill -9 "-$each" 2>/dev/null; done
`;

export interface ProcessWatch {
  readonly add: (pid: number, environmentId: string) => void;
  readonly remove: (pid: number) => void;
  readonly close: () => void;
}

/**
 * Starts the watcher, and another one in its place if it should end. Should it be killed together with the host, the
 * next host that has the same state folder ends what they left.
 */
export async function watchProcesses(stateFolder: string | undefined): Promise<ProcessWatch> {
  if (stateFolder !== undefined) await endLeftovers(stateFolder);
  const note = stateFolder === undefined ? undefined : await keepProcessNote(stateFolder);
  const watched = new Set<number>();
  let closed = false;
  let watcher = launch();

  function launch(): ChildProcess {
    const child = spawn('/bin/sh', ['-c', program, 'lambda-host-watch'], {
      detached: true,
      env: {},
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    child.on('error', () => undefined);
    child.stdin?.on('error', () => undefined);
    child.once('exit', () => {
      if (!closed) watcher = launch();
    });
    child.unref();
    for (const pid of watched) child.stdin?.write(`+${pid}\n`);
    return child;
  }
  return {
    add(pid, environmentId) {
      note?.add(pid, environmentId);
      watched.add(pid);
      watcher.stdin?.write(`+${pid}\n`);
    },
    remove(pid) {
      note?.remove(pid);
      watched.delete(pid);
      watcher.stdin?.write(`-${pid}\n`);
    },
    close() {
      closed = true;
      note?.delete();
      watcher.stdin?.end();
    },
  };
}
