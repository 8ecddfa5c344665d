import { isIPv4, isIPv6 } from 'node:net';

const groups = 8;
const networkGroups = 4;

/**
 * What counts as one client: an IPv4 address, or the /64 of an IPv6 one, within which anybody has as many addresses as
 * they like (RFC 6177).
 */
export function networkOf(address: string): string {
  const [withoutZone = ''] = address.split('%');
  if (!isIPv6(withoutZone)) return address;
  const mapped = /^::ffff:(?<v4>[\d.]+)$/i.exec(withoutZone)?.groups?.v4;
  if (mapped !== undefined && isIPv4(mapped)) return mapped;
  const [head = '', tail] = withoutZone.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  // A dotted quad at the end is two groups, and never within the first four.
  const missing = tail === undefined ? 0 : groups - left.length - right.length;
  const all = [...left, ...Array.from({ length: Math.max(0, missing) }, () => '0'), ...right];
  const network = all.slice(0, networkGroups).map((group) => Number.parseInt(group, 16).toString(16));
  return `${network.join(':')}::/64`;
}
