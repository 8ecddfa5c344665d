import PostalMime from 'postal-mime';
import type { Mail } from './mail.ts';

export interface Envelope {
  readonly from: string;
  readonly to: readonly string[];
}

/** Reads a message as it came over SMTP. Rejects only if it is built to exhaust the reader. */
export async function parseMail(raw: Uint8Array, envelope: Envelope): Promise<Omit<Mail, 'id' | 'date'>> {
  const mail = await PostalMime.parse(raw);
  const sender = mail.from;
  return {
    to: [...envelope.to],
    from: sender?.address ? formatAddress(sender.name, sender.address) : envelope.from,
    subject: mail.subject ?? '',
    text: mail.text ?? '',
    html: mail.html ?? '',
    messageId: mail.messageId ?? '',
    headers: mail.headers.map(({ originalKey, value }) => ({ name: originalKey, value })),
    attachments: mail.attachments.map(({ filename, mimeType, content }) => ({
      name: filename ?? '',
      type: mimeType,
      bytes: typeof content === 'string' ? Buffer.byteLength(content) : content.byteLength,
    })),
  };
}

function formatAddress(name: string, address: string): string {
  return name ? `${name} <${address}>` : address;
}
