import { randomBytes } from 'node:crypto';

/** An X-Ray trace header that samples nothing. */
export function newTraceId(): string {
  const epoch = Math.floor(Date.now() / 1_000).toString(16);
  const hex = (bytes: number) => randomBytes(bytes).toString('hex');
  return `Root=1-${epoch}-${hex(12)};Parent=${hex(8)};Sampled=0`;
}
