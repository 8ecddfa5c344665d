import pg from 'pg';

/** As a crash would: nothing of it is finished. */
export async function killNow(pid: number | undefined): Promise<number> {
  // 0 would be this process's own group.
  if (!pid) throw new Error('there is no process to kill');
  process.kill(pid, 'SIGKILL');
  return pid;
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** None where nobody answers. */
export async function statusOf(url: string): Promise<number | undefined> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
    await response.body?.cancel();
    return response.status;
  } catch {
    return undefined;
  }
}

export async function answersOk(url: string): Promise<boolean> {
  return (await statusOf(url)) === 200;
}

export async function takesQueries(connectionString: string): Promise<boolean> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 2_000 });
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}
