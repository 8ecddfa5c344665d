import type { Knex } from 'knex';

/**
 * What the service finds in the database when it comes: the part of the monolith's tables that it meets, as the
 * monolith's migrations make them (e2e/seam compares the two), owned as `ensureRoles` of the local run leaves them. The
 * roles are the server's, and there.
 *
 * @param db a superuser's, on an empty database
 */
export async function createLegacyTables(db: Knex): Promise<void> {
  await db.raw(`
    ALTER SCHEMA public OWNER TO monolith;
    CREATE SCHEMA auth AUTHORIZATION auth_owner;
    REVOKE ALL ON SCHEMA public, auth FROM PUBLIC;
    GRANT USAGE ON SCHEMA public, auth TO auth_service;
    SET LOCAL ROLE monolith;

    CREATE TABLE users (
      id uuid PRIMARY KEY,
      email text NOT NULL UNIQUE,
      display_name text NOT NULL,
      phone text,
      password_hash text NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now()
    );

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

    CREATE TABLE images (
      id uuid PRIMARY KEY,
      owner_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
      width integer NOT NULL CHECK (width > 0),
      height integer NOT NULL CHECK (height > 0),
      sha256 bytea NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE INDEX images_owner_id ON images (owner_id);
    ALTER TABLE users ADD COLUMN photo_image_id uuid REFERENCES images (id) ON DELETE SET NULL;

    CREATE TABLE login_failures (
      key text PRIMARY KEY,
      points integer NOT NULL DEFAULT 0,
      expire bigint
    );
    CREATE INDEX login_failures_expire ON login_failures (expire);
  `);
}
