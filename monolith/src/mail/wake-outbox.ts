import type { Listener } from '../database/listener.ts';
import type { Outbox } from './outbox.ts';

/** Who writes a mail down in another process says so on this channel, in the same transaction. */
export const outgoingMailChannel = 'outgoing_mails';

/** Sends mails that others wrote down at once rather than at the next tick. */
export function wakeOutbox(listener: Pick<Listener, 'hear'>, outbox: Pick<Outbox, 'poke'>): void {
  listener.hear(outgoingMailChannel, { onNotice: outbox.poke, onListening: outbox.poke });
}
