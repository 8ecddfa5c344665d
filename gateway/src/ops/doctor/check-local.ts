import { accessSync, constants, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Operators } from '../access/operators.ts';
import type { DoctorCheck } from '../api/schemas.ts';
import { isLoopback } from '../http/host-guard.ts';
import { fail, ok, warn } from './checks.ts';

/** What this gateway has on its own machine. */

export function checkOpsPort(host: string, opsPort: number): DoctorCheck {
  const place = `${host}:${opsPort}`;
  if (isLoopback(host)) return ok('ops port', `${place}, for this machine alone`);
  return warn(
    'ops port',
    place,
    'Tokens cross the network in the clear: put TLS in front, and a firewall around it.',
  );
}

export function checkSnapshotFile(file: string | undefined, nowMs: number): DoctorCheck {
  const title = 'snapshot file';
  if (file === undefined) {
    return warn(title, 'none', 'A start without the store begins at legacy: set CUTOVER_SNAPSHOT_FILE.');
  }
  const modifiedMs = statIfThere(file)?.mtimeMs;
  if (!takesFiles(dirname(file))) {
    return fail(
      title,
      `${file} can’t be written`,
      'A restart without the store would begin at an older state.',
    );
  }
  if (modifiedMs === undefined) return ok(title, `${file} comes with the first change`);
  return ok(title, `${file}, saved ${ageText(nowMs - modifiedMs)} ago, at the last change`);
}

export function checkTokens({ fault, source }: Pick<Operators, 'fault' | 'source'>): DoctorCheck {
  const title = 'operator tokens';
  const reason = fault();
  if (reason !== undefined) return fail(title, reason, 'Tokens read before still count: put the file right.');
  const mode = statIfThere(source)?.mode ?? 0;
  if ((mode & 0o077) === 0) return ok(title, source);
  const isShared = `${source} can be read by others than its owner`;
  return warn(title, isShared, `chmod 600 ${source}`);
}

function statIfThere(file: string) {
  return statSync(file, { throwIfNoEntry: false });
}

/** It is replaced rather than written, so that the folder is what matters. One that isn't there yet is made. */
function takesFiles(folder: string): boolean {
  const found = statIfThere(folder);
  if (found === undefined) return true;
  try {
    accessSync(folder, constants.W_OK);
    return found.isDirectory();
  } catch {
    return false;
  }
}

function ageText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3_600)} h`;
}
