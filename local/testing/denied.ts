import type { LoginRole } from '../src/database/create-roles.ts';

/** In which states of the auth seam the line is tried: in the other it is not denied, or there is nothing to deny. */
export type When = 'always' | 'in-public' | 'in-auth';

export interface Denied {
  readonly what: string;
  readonly sql: string;
  readonly when: When;
}

const always = (what: string, sql: string): Denied => ({ what, sql, when: 'always' });
const inPublic = (what: string, sql: string): Denied => ({ what, sql, when: 'in-public' });
const inAuth = (what: string, sql: string): Denied => ({ what, sql, when: 'in-auth' });

/** What nobody who logs in may do. */
const forAll = [
  always('make roles', 'CREATE ROLE intruder'),
  always('make schemas', 'CREATE SCHEMA intruder'),
  always('make temporary tables', 'CREATE TEMPORARY TABLE intruder (id integer)'),
  always('read passwords', 'SELECT rolpassword FROM pg_authid'),
  always('read files of the server', `SELECT pg_read_file('postgresql.conf')`),
  always('become the administrator', 'SET ROLE postgres'),
  always('become the owner of schema auth', 'SET ROLE auth_owner'),
  inAuth('read the private halves of signing keys', 'SELECT sealed_private_key FROM auth.signing_keys'),
];

const others = (...schemas: readonly string[]) =>
  schemas.flatMap((schema) => [
    always(`make tables in schema ${schema}`, `CREATE TABLE ${schema}.intruder (id integer)`),
    always(`drop schema ${schema}`, `DROP SCHEMA ${schema} CASCADE`),
  ]);

const read = (...tables: readonly string[]) =>
  tables.map((table) => always(`read ${table}`, `SELECT * FROM ${table}`));

/**
 * What each role may not do. A test tries every line, in both states of the seam; docs/database-roles.md is the same for
 * people.
 */
export const denied: Readonly<Record<LoginRole, readonly Denied[]>> = {
  monolith: [
    ...forAll,
    ...others('auth', 'gateway'),
    ...read('gateway.cutovers', 'auth.signing_keys'),
    inAuth('read the accounts but through its view', 'SELECT email FROM auth.users'),
    inAuth('write the sessions but through its view', 'UPDATE auth.sessions SET ended_at = now()'),
    inAuth('change the public halves of signing keys', `UPDATE public.signing_keys SET algorithm = 'none'`),
    inAuth('publish signing keys', `INSERT INTO public.signing_keys (key_id) VALUES ('forged')`),
    inAuth('alter a table that has moved', 'ALTER TABLE public.users ADD COLUMN nickname text'),
    inAuth('take a table that has moved back', 'ALTER TABLE auth.users SET SCHEMA public'),
  ],
  auth_seam: [
    // All that it needs it has only in a transaction that says SET ROLE auth_mover.
    ...forAll.filter(({ sql }) => sql !== 'SET ROLE auth_owner'),
    ...others('public', 'auth', 'gateway'),
    ...read(
      'public.users',
      'public.sessions',
      'public.waitlists',
      'public.idempotency_keys',
      'gateway.cutovers',
    ),
    always('register somebody', `INSERT INTO public.users (id) VALUES (gen_random_uuid())`),
    inPublic('move a table', 'ALTER TABLE public.users SET SCHEMA auth'),
    inAuth('move a table back', 'ALTER TABLE auth.users SET SCHEMA public'),
  ],
  auth_service: [
    ...forAll.filter(({ sql }) => !sql.includes('sealed_private_key')),
    ...others('public', 'auth', 'gateway'),
    ...read(
      'public.waitlists',
      'public.waitees',
      'public.images',
      'public.notifications',
      'public.knex_migrations',
    ),
    ...read('public.outgoing_mails', 'gateway.cutovers'),
    always('change waitlists', `UPDATE public.waitlists SET name = 'mine'`),
    always('change mails that wait to be sent', `UPDATE public.outgoing_mails SET recipient = 'me'`),
    always('forget answers that were kept', 'DELETE FROM public.idempotency_keys'),
    always('become the monolith', 'SET ROLE monolith'),
    always('move the seam', 'SET ROLE auth_mover'),
    always('use the view that is the monolith’s', 'SELECT * FROM public.users'),
    inPublic('read kept answers', 'SELECT * FROM public.idempotency_keys'),
    inPublic('write mails', `INSERT INTO public.outgoing_mails (id) VALUES (gen_random_uuid())`),
    inAuth('delete a user', 'DELETE FROM auth.users'),
    inAuth('delete all users at once', 'TRUNCATE auth.users CASCADE'),
    inAuth('give a user another id', 'UPDATE auth.users SET id = gen_random_uuid()'),
    inAuth('change whose photo it is', 'UPDATE auth.users SET photo_image_id = NULL'),
    inAuth('give a session to somebody else', 'UPDATE auth.sessions SET user_id = gen_random_uuid()'),
    inAuth('delete sessions', 'DELETE FROM auth.sessions'),
    inAuth('make a refresh token last', `UPDATE auth.refresh_tokens SET expires_at = 'infinity'`),
    inAuth('delete refresh tokens', 'DELETE FROM auth.refresh_tokens'),
    inAuth('delete password resets', 'DELETE FROM auth.password_resets'),
    inAuth('alter its tables', 'ALTER TABLE auth.users ADD COLUMN nickname text'),
    inAuth('drop its tables', 'DROP TABLE auth.login_failures'),
    inAuth('lift what keeps it from deleting users', 'ALTER TABLE auth.users DISABLE TRIGGER ALL'),
  ],
  gateway: [
    ...forAll,
    ...others('public', 'auth'),
    ...read(
      'public.users',
      'public.sessions',
      'public.waitlists',
      'public.outgoing_mails',
      'auth.signing_keys',
    ),
    inAuth('read the accounts', 'SELECT * FROM auth.users'),
    always('write a mail', `INSERT INTO public.outgoing_mails (id) VALUES (gen_random_uuid())`),
    always('become the monolith', 'SET ROLE monolith'),
    always('move a seam', 'SET ROLE auth_mover'),
  ],
};
