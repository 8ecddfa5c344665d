import type { ErrorCode, RequestFault } from '@banyan/contracts';

/** Why a call gave no answer of its route, in one form for all causes. */
export interface Failure {
  readonly ok: false;
  readonly code: ErrorCode | 'unreachable' | 'unexpected';
  /** For people. */
  readonly message: string;
  readonly details: readonly RequestFault[];
}

export function failure(
  code: Failure['code'],
  message: string,
  details: readonly RequestFault[] = [],
): Failure {
  return { ok: false, code, message, details };
}

/** What the page says, where the API's own words are for engineers. */
const wordings: Partial<Record<Failure['code'], string>> = {
  unreachable: 'The server cannot be reached. Check your connection and try again.',
  unexpected: 'Something went wrong on our side. Please try again.',
  internal: 'Something went wrong on our side. Please try again.',
  unavailable: 'The server is busy or restarting. Please try again in a moment.',
  invalid_credentials: 'The e-mail address or the password is not right.',
  invalid_reset_token: 'This link is used up or too old. Ask for a new one.',
  rate_limited: 'There were too many failed logins. Please try again in some minutes.',
  wrong_password: 'is not your current password',
  email_taken: 'has an account already: log in instead, or ask for a new password',
  slug_taken: 'is taken by another list',
  payload_too_large: 'is larger than the 10 MB that can be taken',
  unsupported_media_type: 'must be a JPEG, PNG, WebP, AVIF or GIF',
  unprocessable_image: 'could not be read as an image',
  waitlist_closed: 'The list was closed a moment ago. Nobody can join right now.',
  order_conflict: 'The line changed in the meantime. Look again, then move the guest.',
  invalid_transition: 'This was no longer possible: the guest was changed elsewhere.',
  not_called: 'Only a guest who was called can be reminded.',
  no_contact: 'This guest left no e-mail address.',
  unauthorized: 'You were logged out. Please log in again.',
  not_found: 'This is no longer there.',
};

export function wordingOf(failed: Failure): string {
  return wordings[failed.code] ?? failed.message;
}

/** The form field that an error is about, for those that are about one and don't say so in `details`. */
export const fieldOfCode: Partial<Record<Failure['code'], string>> = {
  email_taken: 'email',
  slug_taken: 'slug',
  wrong_password: 'currentPassword',
  payload_too_large: 'photo',
  unsupported_media_type: 'photo',
  unprocessable_image: 'photo',
};
