import { createHash } from 'node:crypto';
import { access, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeDemo } from './make-demo.ts';

export interface DemoPlace {
  readonly dataDir: string;
  /** Tells one database from another. */
  readonly database: string;
  readonly baseUrl: string;
}

/**
 * Makes the demo data when this folder meets this database for the first time: what was deleted since by hand does
 * not come back at the next start. Resolves to whether it was made now.
 */
export async function makeDemoOnce(
  { dataDir, database, baseUrl }: DemoPlace,
  signal?: AbortSignal,
): Promise<boolean> {
  const name = createHash('sha256').update(database).digest('hex').slice(0, 12);
  const marker = join(dataDir, `demo-${name}.done`);
  const done = await access(marker).then(
    () => true,
    () => false,
  );
  if (done) return false;
  await makeDemo(baseUrl, signal);
  await writeFile(marker, '');
  return true;
}
