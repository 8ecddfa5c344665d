/** The transparency suites at length, with a fresh seed that is printed and can be set again. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const jest = fileURLToPath(new URL('../node_modules/jest/bin/jest.js', import.meta.url));
const defaults = { TRANSPARENCY_REQUESTS: '20000', TRANSPARENCY_SEED: String(Date.now() % 2 ** 31) };

const { status } = spawnSync(
  process.execPath,
  ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', jest, 'e2e/transparency'],
  { cwd: root, stdio: 'inherit', env: { ...defaults, ...process.env } },
);
process.exitCode = status ?? 1;
