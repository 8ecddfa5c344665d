import { createClient } from '@banyan/contracts';
import { endSession, readSession, renewTokens } from './session-store.ts';
import { createSingleRefresh, type Exchange } from './single-refresh.ts';

const client = createClient({ baseUrl: '' });

/** A new access token for one that was refused; undefined when the session has ended or the server is away. */
export const refreshSession = createSingleRefresh({
  read: readSession,
  renew: renewTokens,
  end: endSession,
  exchange,
  exclusively,
});

async function exchange(refreshToken: string, key: string): Promise<Exchange> {
  try {
    const result = await client.call('refresh', { body: { refreshToken } }, { idempotencyKey: key });
    if (result.ok) return { kind: 'renewed', tokens: result.body };
    return { kind: result.status === 401 || result.status === 400 ? 'refused' : 'failed' };
  } catch {
    return { kind: 'failed' };
  }
}

/** Web Locks exist on pages that came over TLS or from this machine; elsewhere each tab is on its own. */
function exclusively(task: () => Promise<string | undefined>): Promise<string | undefined> {
  const locks: LockManager | undefined = navigator.locks;
  return locks === undefined ? task() : locks.request('waitlist.refresh', task);
}
