import { ApiError } from '@banyan/contracts';
import { z } from 'zod';

/**
 * A cursor is the sort key of a page's last item, so that the next page begins after it, whatever was added or deleted
 * in between (keyset paging). It is opaque to clients but no secret: it says nothing that the item itself does not.
 */
export interface Cursor<Key extends readonly unknown[]> {
  encode(key: Key): string;
  /** @throws ApiError invalid_request if it is none of this list's */
  decode(cursor: string): Key;
}

/** @param list names the list, so that another list's cursor is refused rather than misread */
export function createCursor<Key extends readonly unknown[]>(
  list: string,
  schema: z.ZodType<Key>,
): Cursor<Key> {
  const content = z.tuple([z.literal(list), schema]);

  function encode(key: Key): string {
    return Buffer.from(JSON.stringify([list, key])).toString('base64url');
  }

  return {
    encode,
    decode(cursor) {
      const parsed = content.safeParse(parse(Buffer.from(cursor, 'base64url').toString()));
      // Compared whole, since base64 can say the same in several ways.
      if (!parsed.success || encode(parsed.data[1]) !== cursor) throw notACursor();
      return parsed.data[1];
    },
  };
}

/** A moment to the microsecond, as PostgreSQL keeps it: a JavaScript date would lose the last three digits. */
export const exactTime = z.iso.datetime({ precision: 6 }).refine((value) => !value.startsWith('0000'));

/** SQL for a column's `exactTime`; give it back to compare as `?::timestamptz`. */
export function exactTimeOf(column: string): string {
  return `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
}

/** An integer of PostgreSQL's `bigint`, kept as text: JavaScript's numbers end at 2^53. */
export const bigintText = z
  .string()
  .regex(/^(?:0|-?[1-9][0-9]{0,18})$/)
  .refine((value) => BigInt.asIntN(64, BigInt(value)) === BigInt(value));

/**
 * Cuts a page from rows that were read with one more than `limit`: whether that one came says whether there is a next page.
 */
export function cutPage<Row, Key extends readonly unknown[]>(
  rows: readonly Row[],
  limit: number,
  cursor: Cursor<Key>,
  keyOf: (row: Row) => Key,
): { readonly rows: readonly Row[]; readonly nextCursor: string | null } {
  const kept = rows.slice(0, limit);
  const last = kept.at(-1);
  const hasMore = rows.length > limit && last !== undefined;
  return { rows: kept, nextCursor: hasMore ? cursor.encode(keyOf(last)) : null };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function notACursor(): ApiError {
  const message = 'must be a cursor from an earlier page';
  return new ApiError('invalid_request', `The request is not valid: query.cursor ${message}.`, {
    details: [{ path: 'query.cursor', message }],
  });
}
