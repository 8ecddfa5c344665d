import { movedTables, type SeamState } from './state.ts';

/**
 * Each text below is sent as one message, which PostgreSQL runs as one transaction: it holds whole or not at all, and
 * no locks wait for the next message of a process that is frozen or dead.
 */

/** Longest wait for the locks. Whoever asks for these tables meanwhile waits as long: so it is short, and tried again. */
const lockWithinMs = 150;
/** What follows under the locks takes milliseconds; this is for a server that is stalled. */
const moveWithinMs = 400;

const tables = (schema: string) => movedTables.map((name) => `${schema}.${name}`).join(', ');
const names = movedTables.map((name) => `'${name}'`).join(', ');

/** What the service adds to the monolith's tables; no view shows it. */
export const serviceColumns: readonly string[] = ['argon2id_hash', 'argon2id_beside'];

/**
 * One move at a time, and only from the state that it was chosen for. A deadlock is looked for so early that it is the
 * seam that finds it, and loses; and so that an automatic vacuum in the way gives up its locks for the move.
 */
const begin = (from: SeamState) => `
  SET LOCAL statement_timeout = '${lockWithinMs}ms';
  SET LOCAL lock_timeout = '${lockWithinMs}ms';
  SET LOCAL deadlock_timeout = '50ms';
  SET LOCAL ROLE auth_mover;
  SELECT pg_advisory_xact_lock(7402661002);
  DO $check$ BEGIN
    IF NOT EXISTS (
      SELECT FROM pg_class WHERE relname = 'users' AND relnamespace = 'public'::regnamespace
        AND relkind = ANY (${from === 'in-public' ? `'{r,p}'` : `'{v}'`})
    ) THEN RAISE EXCEPTION 'the seam has moved meanwhile' USING ERRCODE = 'object_not_in_prerequisite_state'; END IF;
  END $check$;
`;

/** Creating something in a schema takes a right that the owner of what is created has at no other time. */
const lendCreate = 'GRANT CREATE ON SCHEMA public TO auth_owner;';
const takeCreateBack = 'REVOKE CREATE ON SCHEMA public FROM auth_owner;';

/** What the service has beside the monolith's tables, made before any of them is locked. It stays when the seam goes back. */
export const prepareSql = `${begin('in-public')}
  ${lendCreate}
  CREATE TABLE IF NOT EXISTS auth.signing_keys (
    key_id text PRIMARY KEY,
    algorithm text NOT NULL,
    public_jwk jsonb NOT NULL,
    sealed_private_key bytea NOT NULL,
    created_at timestamptz NOT NULL,
    signs_from timestamptz NOT NULL,
    signs_until timestamptz NOT NULL,
    verified_until timestamptz NOT NULL
  );
  ALTER TABLE auth.signing_keys OWNER TO auth_owner;
  GRANT SELECT, INSERT, UPDATE, DELETE ON auth.signing_keys TO auth_service;

  -- The public half, for the monolith: it judges the tokens of the service by it.
  CREATE OR REPLACE VIEW public.signing_keys AS
    SELECT key_id, algorithm, public_jwk, verified_until FROM auth.signing_keys;
  ALTER VIEW public.signing_keys OWNER TO auth_owner;
  GRANT SELECT ON public.signing_keys TO monolith;

  CREATE OR REPLACE FUNCTION auth.refuse_deletion() RETURNS trigger LANGUAGE plpgsql AS $refuse$
    BEGIN
      RAISE EXCEPTION 'permission denied to delete a user whose registration is complete'
        USING ERRCODE = 'insufficient_privilege';
    END
  $refuse$;
  ALTER FUNCTION auth.refuse_deletion() OWNER TO auth_owner;
  ${takeCreateBack}
`;

export const advanceSql = `${begin('in-public')}
  LOCK TABLE ${tables('public')} IN ACCESS EXCLUSIVE MODE;
  SET LOCAL statement_timeout = '${moveWithinMs}ms';
  ${lendCreate}
  -- The columns are read under the locks: views show what the monolith's newest migration made, in its order.
  DO $move$
  DECLARE
    moved text;
    legacy_columns text;
  BEGIN
    FOREACH moved IN ARRAY ARRAY[${names}] LOOP
      EXECUTE format('ALTER TABLE public.%I SET SCHEMA auth', moved);
      EXECUTE format('ALTER TABLE auth.%I OWNER TO auth_owner', moved);
      SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) INTO legacy_columns
        FROM pg_attribute
        WHERE attrelid = format('auth.%I', moved)::regclass AND attnum > 0 AND NOT attisdropped
          AND attname <> ALL ('{${serviceColumns.join(',')}}');
      EXECUTE format('CREATE VIEW public.%1$I AS SELECT %2$s FROM auth.%1$I', moved, legacy_columns);
      EXECUTE format('ALTER VIEW public.%I OWNER TO auth_owner', moved);
      EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON public.%I TO monolith', moved);
    END LOOP;
  END $move$;
  ${takeCreateBack}
  ALTER TABLE auth.users ADD COLUMN IF NOT EXISTS argon2id_hash text, ADD COLUMN IF NOT EXISTS argon2id_beside bytea;

  GRANT SELECT, INSERT, DELETE ON auth.users TO auth_service;
  GRANT UPDATE (email, display_name, phone, password_hash, created_at, updated_at, argon2id_hash, argon2id_beside)
    ON auth.users TO auth_service;
  GRANT SELECT, INSERT, UPDATE (ended_at, ended_why) ON auth.sessions TO auth_service;
  GRANT SELECT, INSERT, UPDATE (exchanged_at) ON auth.refresh_tokens TO auth_service;
  GRANT SELECT, INSERT, UPDATE (used_at) ON auth.password_resets TO auth_service;
  GRANT SELECT, INSERT, UPDATE, DELETE ON auth.login_failures TO auth_service;
  GRANT SELECT, INSERT, UPDATE ON public.idempotency_keys TO auth_service;
  GRANT INSERT ON public.outgoing_mails TO auth_service;

  -- A registration that came to nothing is taken away again; nobody else is.
  CREATE TRIGGER refuse_deletion BEFORE DELETE ON auth.users FOR EACH ROW
    WHEN (current_user = 'auth_service' AND old.email <> 'pending:' || old.id::text)
    EXECUTE FUNCTION auth.refuse_deletion();
`;

export const backSql = `${begin('in-auth')}
  -- Locks the tables under the views too, each after its view, as a statement that uses the view does.
  LOCK TABLE ${tables('public')} IN ACCESS EXCLUSIVE MODE;
  SET LOCAL statement_timeout = '${moveWithinMs}ms';
  DROP TRIGGER refuse_deletion ON auth.users;
  REVOKE ALL ON ${tables('auth')} FROM auth_service;
  REVOKE ALL ON public.idempotency_keys, public.outgoing_mails FROM auth_service;
  DROP VIEW ${tables('public')};
  DO $move$
  DECLARE
    moved text;
  BEGIN
    FOREACH moved IN ARRAY ARRAY[${names}] LOOP
      EXECUTE format('ALTER TABLE auth.%I SET SCHEMA public', moved);
      EXECUTE format('ALTER TABLE public.%I OWNER TO monolith', moved);
    END LOOP;
  END $move$;
`;
