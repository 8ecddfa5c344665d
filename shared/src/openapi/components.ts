import { z } from 'zod';
import { session, tokens, user } from '../auth/account.ts';
import { errorBody } from '../errors.ts';
import { place, publicWaitlist } from '../guests/place.ts';
import { image, photo } from '../images/image.ts';
import { notification, notificationTemplates } from '../notifications/notification.ts';
import { waitee, waitlist } from '../waitlists/waitlist.ts';

/** The schemas that the document names once and refers to. */
const named = z.registry<{ id: string }>();
for (const [id, schema] of Object.entries({
  Error: errorBody,
  Image: image,
  Notification: notification,
  NotificationTemplates: notificationTemplates,
  Photo: photo,
  Place: place,
  PublicWaitlist: publicWaitlist,
  Session: session,
  Tokens: tokens,
  User: user,
  Waitee: waitee,
  Waitlist: waitlist,
})) {
  named.add(schema, { id });
}

export type JsonSchema = { [key: string]: unknown };

/** Turns schemas into JSON Schema 2020-12, which OpenAPI 3.1 embeds as it is, and gathers the named ones. */
export function createComponents() {
  const schemas: Record<string, JsonSchema> = {};

  return {
    schemas,
    schemaOf(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
      const made = z.toJSONSchema(schema, { io, metadata: named, target: 'draft-2020-12' });
      const {
        $schema: _,
        $defs,
        ...own
      } = relocate(made) as JsonSchema & { $defs?: Record<string, JsonSchema> };
      for (const [id, { id: _id, ...definition }] of Object.entries($defs ?? {})) schemas[id] = definition;
      const { id, ...root } = own;
      if (typeof id !== 'string') return root;
      schemas[id] = root;
      return { $ref: `#/components/schemas/${id}` };
    },
  };
}

function relocate(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(relocate);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      key === '$ref' && typeof inner === 'string'
        ? inner.replace('#/$defs/', '#/components/schemas/')
        : relocate(inner),
    ]),
  );
}
