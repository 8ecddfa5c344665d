import type { Knex } from 'knex';
import type { ImageFiles } from './image-files.ts';
import { hasImages, idsWithoutRow } from './image-rows.ts';

/** Far longer than any upload or transaction takes: what is younger may still get its row. */
const orphanAgeMs = 60 * 60 * 1000;
const batchSize = 500;

export interface SweepDeps {
  readonly db: Knex;
  readonly files: ImageFiles;
  readonly now: () => Date;
}

/**
 * Removes what a crash left: files that were staged and never moved, moved and never given a row, or that outlived
 * their row. Does nothing on a database without any image, since that is more likely the wrong database than the right
 * one.
 * @returns how many images' files were removed
 */
export async function sweepOrphans({ db, files, now }: SweepDeps): Promise<number> {
  const before = new Date(now().getTime() - orphanAgeMs);
  let removed = 0;
  for await (const id of files.stagedBefore(before)) {
    await files.discardStaged(id);
    removed += 1;
  }
  if (!(await hasImages(db))) return removed;
  for await (const ids of inBatches(files.publishedBefore(before))) {
    for (const id of await idsWithoutRow(db, ids)) {
      await files.remove(id);
      removed += 1;
    }
  }
  return removed;
}

async function* inBatches(ids: AsyncIterable<string>): AsyncGenerator<string[]> {
  let batch: string[] = [];
  for await (const id of ids) {
    batch.push(id);
    if (batch.length < batchSize) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
