import { z } from 'zod';
import { text, timestamp, uuid } from '../fields.ts';

/** Why a guest is told: their table is ready, or it still is. */
export const notificationKind = z.enum(['called', 'reminder']);
export type NotificationKind = z.output<typeof notificationKind>;

/** `skipped`: the guest was seated or left before it was sent, or has no address. */
export const notificationStatus = z.enum(['due', 'sending', 'sent', 'failed', 'skipped']);
export type NotificationStatus = z.output<typeof notificationStatus>;

export const notification = z.object({
  id: uuid,
  waitlistId: uuid,
  waiteeId: uuid,
  waiteeName: z.string(),
  kind: notificationKind,
  channel: z.enum(['mail']),
  status: notificationStatus,
  attempts: z.int().min(0),
  /** In a form for people; null unless the last attempt failed. */
  lastError: z.string().nullable(),
  createdAt: timestamp,
  sentAt: timestamp.nullable(),
});
export type Notification = z.output<typeof notification>;

/** Placeholders as `{{guest}}` are filled when the mail is made; unknown ones are refused when it is saved. */
export const templatePlaceholders = ['guest', 'waitlist', 'partySize', 'placeUrl'] as const;
export type TemplatePlaceholder = (typeof templatePlaceholders)[number];

const placeholder = /\{\{\s*([^{}]*?)\s*\}\}/g;

/** The placeholders in a template that nothing would fill, in their order. */
export function unknownPlaceholders(template: string): string[] {
  const known: readonly string[] = templatePlaceholders;
  return [...template.matchAll(placeholder)]
    .map((match) => match[1] ?? '')
    .filter((name) => !known.includes(name));
}

/** Fills a template in. Values go in as they are: a mail of plain text needs no escaping. */
export function fillTemplate(
  template: string,
  values: Readonly<Record<TemplatePlaceholder, string>>,
): string {
  return template.replace(placeholder, (whole, name: string) =>
    Object.hasOwn(values, name) ? values[name as TemplatePlaceholder] : whole,
  );
}

function templateText(maxLength: number) {
  return text(maxLength).superRefine((value, context) => {
    for (const name of unknownPlaceholders(value)) {
      context.addIssue({
        code: 'custom',
        message: `knows no placeholder {{${name}}}; there are ${templatePlaceholders.join(', ')}`,
      });
    }
  });
}

const template = z.strictObject({
  subject: templateText(200).refine((value) => !/[\r\n]/.test(value), 'must be one line'),
  text: templateText(5_000),
});
export type NotificationTemplate = z.output<typeof template>;

export const notificationTemplates = z.strictObject({ called: template, reminder: template });
export type NotificationTemplates = z.output<typeof notificationTemplates>;

export const defaultTemplates: NotificationTemplates = {
  called: {
    subject: 'Your table at {{waitlist}} is ready',
    text: 'Hello {{guest}},\n\nyour table for {{partySize}} at {{waitlist}} is ready. Please come to the host.\n\nYour place: {{placeUrl}}',
  },
  reminder: {
    subject: 'Your table at {{waitlist}} is waiting',
    text: 'Hello {{guest}},\n\nwe are still holding a table for {{partySize}} for you at {{waitlist}}.\n\nYour place: {{placeUrl}}',
  },
};
