import type { Knex } from 'knex';

/** Waitlists and the guests on them. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE waitlists (
      id uuid PRIMARY KEY,
      owner_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
      slug text NOT NULL UNIQUE,
      name text NOT NULL,
      open boolean NOT NULL,
      minutes_per_party integer NOT NULL CHECK (minutes_per_party > 0),
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE INDEX waitlists_owner ON waitlists (owner_id, created_at DESC, id DESC);

    CREATE TABLE waitees (
      id uuid PRIMARY KEY,
      waitlist_id uuid NOT NULL REFERENCES waitlists (id) ON DELETE CASCADE,
      -- The account of a guest who joined while logged in.
      user_id uuid REFERENCES users (id) ON DELETE SET NULL,
      -- Of the guest's own token, by which their place is found. Guests whom a host added have one too: mails link to it.
      token_hash bytea UNIQUE,
      name text NOT NULL,
      party_size integer NOT NULL CHECK (party_size > 0),
      email text,
      phone text,
      note text,
      status text NOT NULL DEFAULT 'waiting'
        CHECK (status IN ('waiting', 'called', 'seated', 'cancelled', 'no-show')),
      -- Orders those who wait; has gaps, and means nothing once the guest was called.
      rank bigint NOT NULL,
      joined_at timestamptz NOT NULL DEFAULT now(),
      called_at timestamptz,
      closed_at timestamptz
    );
    CREATE INDEX waitees_line ON waitees (waitlist_id, rank) WHERE status = 'waiting';
    CREATE INDEX waitees_waitlist ON waitees (waitlist_id, status);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE waitees, waitlists');
}
