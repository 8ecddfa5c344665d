import type { Knex } from 'knex';

/** Accounts, their sessions, and answers kept for `Idempotency-Key`. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE users (
      id uuid PRIMARY KEY,
      email text NOT NULL UNIQUE,
      display_name text NOT NULL,
      phone text,
      password_hash text NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now()
    );

    -- A session is a family of refresh tokens: each exchange adds one, and using one twice ends the family.
    CREATE TABLE sessions (
      id uuid PRIMARY KEY,
      user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
      created_at timestamptz NOT NULL DEFAULT now(),
      ended_at timestamptz,
      ended_why text CHECK (ended_why IN ('logout', 'password-changed', 'token-reused'))
    );
    CREATE INDEX sessions_user_id ON sessions (user_id) WHERE ended_at IS NULL;

    CREATE TABLE refresh_tokens (
      token_hash bytea PRIMARY KEY,
      session_id uuid NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
      created_at timestamptz NOT NULL DEFAULT now(),
      expires_at timestamptz NOT NULL,
      exchanged_at timestamptz
    );
    CREATE INDEX refresh_tokens_session_id ON refresh_tokens (session_id);
    CREATE INDEX refresh_tokens_expires_at ON refresh_tokens (expires_at);

    CREATE TABLE password_resets (
      token_hash bytea PRIMARY KEY,
      user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
      created_at timestamptz NOT NULL DEFAULT now(),
      expires_at timestamptz NOT NULL,
      used_at timestamptz
    );
    CREATE INDEX password_resets_user_id ON password_resets (user_id);

    -- Mails that are not about a guest, as the one that resets a password: written with the change that asks for them.
    CREATE TABLE outgoing_mails (
      id uuid PRIMARY KEY,
      recipient text NOT NULL,
      subject text NOT NULL,
      body text NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      attempts integer NOT NULL DEFAULT 0,
      next_attempt_at timestamptz NOT NULL DEFAULT now(),
      last_error text,
      sent_at timestamptz,
      given_up_at timestamptz
    );
    CREATE INDEX outgoing_mails_due ON outgoing_mails (next_attempt_at) WHERE sent_at IS NULL AND given_up_at IS NULL;

    -- The answer is sealed under the key that only its client has, since it may hold that client's tokens.
    CREATE TABLE idempotency_keys (
      scope text NOT NULL,
      key_hash bytea NOT NULL,
      request_hash bytea NOT NULL,
      status integer NOT NULL,
      sealed_answer bytea NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (scope, key_hash)
    );
    CREATE INDEX idempotency_keys_created_at ON idempotency_keys (created_at);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(
    'DROP TABLE idempotency_keys, outgoing_mails, password_resets, refresh_tokens, sessions, users',
  );
}
