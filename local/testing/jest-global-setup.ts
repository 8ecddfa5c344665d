import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createTestRoles } from './create-test-roles.ts';
import { keepForTeardown } from './jest-postgres.ts';

/**
 * Gives every test file `process.env.TEST_POSTGRES_URL`: a superuser's URL on database `postgres`, in which each
 * creates a database of its own. The components' roles are there. A server that is already named there is used.
 */
export default async function startPostgresForTests(): Promise<void> {
  // For the many processes that tests start: each would strip and compile the same sources again.
  process.env.NODE_COMPILE_CACHE ||= fileURLToPath(
    new URL('../../node_modules/.cache/banyan-compile', import.meta.url),
  );
  process.env.TEST_POSTGRES_URL ||= await startServer();
  await createTestRoles(process.env.TEST_POSTGRES_URL);
}

async function startServer(): Promise<string> {
  const script = fileURLToPath(new URL('./postgres-for-tests.ts', import.meta.url));
  // In a process of its own, so that it is stopped and cleaned up after however Jest ends.
  const child = fork(script, {
    detached: true,
    execArgv: [],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const [answer] = await Promise.race([once(child, 'message'), once(child, 'exit')]);
  if (typeof answer?.url !== 'string') {
    throw new Error(`No PostgreSQL for the tests: ${answer?.error ?? `its process ended (${answer})`}`);
  }
  child.channel?.unref();
  child.unref();
  keepForTeardown(child);
  return answer.url;
}
