import { fillTemplate, type NotificationTemplate } from '@banyan/contracts';
import type { Mail } from '../mail/mailer.ts';

export interface Addressee {
  readonly email: string;
  readonly name: string;
  readonly partySize: number;
  readonly waitlistName: string;
}

export interface MailContext {
  readonly notificationId: string;
  readonly template: NotificationTemplate;
  readonly addressee: Addressee;
  /** Where clients reach this application, without a slash at the end. */
  readonly publicUrl: string;
  readonly guestToken: string;
}

/** The same notification makes the same `Message-ID` at each attempt, whichever process makes it. */
export function makeMail({ notificationId, template, addressee, publicUrl, guestToken }: MailContext): Mail {
  const values = {
    guest: addressee.name,
    waitlist: addressee.waitlistName,
    partySize: String(addressee.partySize),
    placeUrl: `${publicUrl}/place/${guestToken}`,
  };
  return {
    to: addressee.email,
    // A name may have line breaks in it; a header field may not.
    subject: fillTemplate(template.subject, values).replace(/\s+/g, ' ').trim(),
    text: fillTemplate(template.text, values),
    messageId: `<${notificationId}@${new URL(publicUrl).hostname}>`,
  };
}
