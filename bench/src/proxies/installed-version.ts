import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { findPackageJSON } from 'node:module';

/** The version in the package.json that `name` resolves to from here. */
export async function packageVersion(name: string): Promise<string> {
  const file = findPackageJSON(name, import.meta.url);
  if (file === undefined) throw new Error(`${name} is not installed: run npm install`);
  const { version } = JSON.parse(await readFile(file, 'utf8')) as { version: string };
  return version;
}

/**
 * The first dotted number that a command prints; undefined where there is no such command.
 * The exit code isn't asked: wrk prints its version and fails.
 */
export function commandVersion(command: string, args: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(command, [...args], { timeout: 5_000 }, (error, stdout, stderr) => {
      const missing = error !== null && error.code === 'ENOENT';
      resolve(missing ? undefined : (/\d+(\.\d+)+/.exec(stdout + stderr)?.[0] ?? 'unknown version'));
    });
  });
}
