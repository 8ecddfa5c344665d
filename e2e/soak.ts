/** Transparency, cutovers and load at length, with a fresh seed that is printed and can be set again. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const jest = fileURLToPath(new URL('../node_modules/jest/bin/jest.js', import.meta.url));
const seed = String(Date.now() % 2 ** 31);
const defaults = {
  TRANSPARENCY_REQUESTS: '20000',
  TRANSPARENCY_SEED: seed,
  CUTOVER_LENGTH: 'long',
  CUTOVER_SEED: seed,
  LOAD_LENGTH: 'long',
  LOAD_SEED: seed,
};
/** `npm run soak -- cutover/flips` runs that part alone. */
const parts = process.argv.length > 2 ? process.argv.slice(2) : ['transparency', 'cutover', 'load'];

const { status } = spawnSync(
  process.execPath,
  [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    jest,
    // One after another: each loads the machine on its own.
    '--runInBand',
    ...parts.map((part) => `e2e/${part}`),
  ],
  { cwd: root, stdio: 'inherit', env: { ...defaults, ...process.env } },
);
process.exitCode = status ?? 1;
