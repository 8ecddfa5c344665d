export interface Migration {
  readonly name: string;
  readonly sql: string;
}

/**
 * In order; what was released is never edited. Gateways of two versions may run side by side, so that each migration must
 * leave the older one working, and no constraint limits what a newer one may say (its stages, its kinds of change).
 */
export const migrations: readonly Migration[] = [
  {
    name: '0001-cutovers',
    sql: `
      CREATE TABLE gateway.cutovers (
        capability text PRIMARY KEY,
        stage text NOT NULL,
        rollout_percent numeric(5, 2) NOT NULL CONSTRAINT percent CHECK (rollout_percent BETWEEN 0 AND 100),
        allow text[] NOT NULL,
        deny text[] NOT NULL,
        version integer NOT NULL CHECK (version > 0),
        changed_at timestamptz NOT NULL,
        changed_by text NOT NULL,
        why text NOT NULL
      );
      CREATE TABLE gateway.changes (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        capability text NOT NULL,
        version integer NOT NULL,
        kind text NOT NULL,
        at timestamptz NOT NULL,
        by text NOT NULL,
        why text NOT NULL,
        forced boolean NOT NULL,
        reverts bigint REFERENCES gateway.changes,
        from_state jsonb NOT NULL,
        to_state jsonb NOT NULL
      );
      CREATE INDEX changes_of_capability ON gateway.changes (capability, id);
    `,
  },
];
