import { randomUUID } from 'node:crypto';

const pattern = /^[\w.:@/+=-]{1,128}$/;

/** Whether a client's id can be trusted to stand in logs and headers. */
export function isRequestId(value: string): boolean {
  return pattern.test(value);
}

export function mintRequestId(): string {
  return randomUUID();
}
