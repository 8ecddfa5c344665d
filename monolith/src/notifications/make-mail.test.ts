import { defaultTemplates } from '@banyan/contracts';
import { describe, expect, it } from '@jest/globals';
import { type MailContext, makeMail } from './make-mail.ts';

const context: MailContext = {
  notificationId: '0b9cbd3e-6f0a-4d0f-9a58-3f1f8e0a2f11',
  template: { subject: '{{guest}}: {{ waitlist }}', text: '{{partySize}} at {{waitlist}}: {{placeUrl}}' },
  addressee: { email: 'ben@example.com', name: 'Ben', partySize: 3, waitlistName: 'Blue Door' },
  publicUrl: 'https://waitlist.example:8443/app',
  guestToken: 'token-of-ben',
};

describe('the mail of a notification', () => {
  it('is the template, filled in, with a link to the guest’s own place', () => {
    expect(makeMail(context)).toEqual({
      to: 'ben@example.com',
      subject: 'Ben: Blue Door',
      text: '3 at Blue Door: https://waitlist.example:8443/app/place/token-of-ben',
      messageId: '<0b9cbd3e-6f0a-4d0f-9a58-3f1f8e0a2f11@waitlist.example>',
    });
  });

  it('has a subject of one line, whatever a name has in it', () => {
    const addressee = { ...context.addressee, name: 'Ben\r\nBcc: all@example.com' };
    expect(makeMail({ ...context, addressee }).subject).toBe('Ben Bcc: all@example.com: Blue Door');
  });

  it('takes names as they are: they are no templates', () => {
    const addressee = { ...context.addressee, name: '{{placeUrl}} $& $1' };
    expect(makeMail({ ...context, addressee }).subject).toBe('{{placeUrl}} $& $1: Blue Door');
  });

  it('leaves no placeholder open in what is written where no one saved a template', () => {
    for (const template of Object.values(defaultTemplates)) {
      const { subject, text } = makeMail({ ...context, template });
      expect(`${subject} ${text}`).not.toMatch(/[{}]/);
      expect(text).toContain('/place/token-of-ben');
    }
  });
});
