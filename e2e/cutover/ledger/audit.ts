import type { Client } from '@banyan/contracts';
import pg from 'pg';
import type { AccountEntry, Ledger, UnsureEntry } from './ledger.ts';

export interface Audit {
  /** Where the database and the ledger differ: nothing may be lost, and nothing doubled. */
  readonly differences: readonly string[];
  readonly unsureThere: number;
}

/** One account, as rows and as the ledger say it; compared as text, so that a difference shows itself. */
interface Told {
  readonly id: string;
  readonly displayName: string;
  readonly phone: string | null;
  /** `<id> on, 3 refresh tokens` */
  readonly sessions: readonly string[];
  readonly mails: number;
}

interface UserRow {
  readonly id: string;
  readonly email: string;
  readonly display_name: string;
  readonly phone: string | null;
}

/** Reads what is there past both sides. The names in `public` lead to the tables wherever the seam has them. */
export async function auditDatabase(databaseUrl: string, ledger: Ledger): Promise<Audit> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows: users } = await client.query<UserRow>(
      `select id, email, display_name, phone from public.users where email like 'ledger-%'`,
    );
    const { rows: sessions } = await client.query<{ user_id: string; text: string }>(
      `select user_id, id || ' ' || case when ended_at is null then 'on' else ended_why end
         || ', ' || (select count(*) from public.refresh_tokens where session_id = sessions.id) || ' refresh tokens' as text
       from public.sessions`,
    );
    const { rows: mails } = await client.query<{ recipient: string }>(
      'select recipient from public.outgoing_mails',
    );
    const byEmail = Map.groupBy(users, ({ email }) => email);
    const sessionsOf = Map.groupBy(sessions, ({ user_id }) => user_id);
    const mailsOf = Map.groupBy(mails, ({ recipient }) => recipient);
    const tell = ({ id, email, display_name, phone }: UserRow): Told => ({
      id,
      displayName: display_name,
      phone,
      sessions: (sessionsOf.get(id) ?? []).map(({ text }) => text).toSorted(),
      mails: mailsOf.get(email)?.length ?? 0,
    });
    const told = (email: string) => (byEmail.get(email) ?? []).map(tell);

    const unsure = ledger.unsure.map((entry) => ({ entry, rows: told(entry.email) }));
    const expected = new Set([...ledger.accounts, ...ledger.unsure].map(({ email }) => email));
    return {
      differences: [
        ...ledger.accounts.flatMap((account) =>
          compare(account.email, [toldBy(account)], told(account.email)),
        ),
        ...unsure.flatMap(({ entry, rows }) => judgeUnsure(entry, rows)),
        ...users.filter(({ email }) => !expected.has(email)).map(({ email }) => `nobody registered ${email}`),
      ],
      unsureThere: unsure.filter(({ rows }) => rows.length > 0).length,
    };
  } finally {
    await client.end();
  }
}

/** What the API shows of each account on this side, to whoever has the newest password. */
export async function auditApi(client: Client, accounts: readonly AccountEntry[]): Promise<string[]> {
  const differences: string[] = [];
  for (const { email, password, id, displayName, phone, sessions } of accounts) {
    const answer = await client.call('login', { body: { email, password } });
    if (!answer.ok) {
      differences.push(`${email} can't log in: ${answer.status}`);
      continue;
    }
    const { user } = answer.body;
    const shown = { id: user.id, email: user.email, displayName: user.displayName, phone: user.phone };
    differences.push(...compare(email, { id, email, displayName, phone }, shown));
    for (const session of sessions) {
      const { status } = await client.call('getMe', {}, { accessToken: session.accessToken });
      if (status !== (session.ended === undefined ? 200 : 401))
        differences.push(
          `${email}: a session that is ${session.ended ?? 'on'} answered ${status} to its token`,
        );
    }
  }
  return differences;
}

function toldBy({ id, displayName, phone, sessions, mails }: AccountEntry): Told {
  return {
    id,
    displayName,
    phone,
    sessions: sessions
      .map((one) => `${one.id} ${one.ended ?? 'on'}, ${one.exchanges + 1} refresh tokens`)
      .toSorted(),
    mails,
  };
}

/** There or not; and if it is there, with the one session that a registration opens. */
function judgeUnsure({ email }: UnsureEntry, rows: readonly Told[]): string[] {
  if (rows.length === 0) return [];
  const [row] = rows;
  const whole =
    rows.length === 1 && row?.sessions.length === 1 && /on, 1 refresh/.test(row.sessions[0] ?? '');
  return whole ? [] : [`${email} is there in part, or twice: ${JSON.stringify(rows)}`];
}

function compare(what: string, ledger: unknown, found: unknown): string[] {
  const [expected, actual] = [JSON.stringify(ledger), JSON.stringify(found)];
  return expected === actual ? [] : [`${what}: the ledger says ${expected}, there is ${actual}`];
}
