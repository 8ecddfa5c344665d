import { z } from 'zod';

/** Lists are read in pages: pass a page's `nextCursor` to get the next. A cursor is opaque. */
export const pageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: z
    .string()
    .max(512)
    .regex(/^[A-Za-z0-9_-]+$/, 'must be a cursor from an earlier page')
    .optional(),
});

export function page<const S extends z.ZodType>(item: S) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() });
}
