import type { Knex } from 'knex';

/** What is known of images; their bytes are files on the disk, in a folder named by the id. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
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
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE users DROP COLUMN photo_image_id');
  await knex.raw('DROP TABLE images');
}
