/**
 * Judges whether two servers could read a path in two ways. Such a path never enters a capability that has moved.
 *
 * Ambiguous are: encoded slashes, backslashes, dots, NULs and other escapes of characters that need none (RFC 3986 §2.3
 * calls them equivalent to the bare character, Express does not); dot segments; empty segments; a backslash; a `#`; bytes
 * beyond ASCII; broken escapes; and an escaped `%`, which a server that decodes twice would open.
 */
export function isAmbiguousPath(path: string): boolean {
  // Almost every path is made of these alone, without an empty or a dot segment.
  return !plain.test(path) && isAmbiguousInDetail(path);
}

const plain = /^(?:\/(?!\.)[A-Za-z0-9\-_~.!$&'()*+,;=:@]+)*\/?$/;
const dotSegment = /\/\.{1,2}(?:\/|;|$)/;

function isAmbiguousInDetail(path: string): boolean {
  if (path.includes('//') || path.includes('\\') || path.includes('#')) return true;
  if (dotSegment.test(path)) return true;
  for (let i = 0; i < path.length; i++) {
    const code = path.charCodeAt(i);
    if (code <= 0x20 || code >= 0x7f) return true;
    if (code !== 0x25) continue;
    const value = escapeAt(path, i);
    if (value === undefined || hasSecondReading(value)) return true;
    i += 2;
  }
  return !isUtf8(path);
}

function escapeAt(path: string, at: number): number | undefined {
  const hex = path.slice(at + 1, at + 3);
  return /^[0-9A-Fa-f]{2}$/.test(hex) ? Number.parseInt(hex, 16) : undefined;
}

/** Controls, `%`, `/`, `\`, and the unreserved characters, whose escaped form means the same as the bare one. */
function hasSecondReading(value: number): boolean {
  if (value < 0x20 || value === 0x7f) return true;
  return value < 0x80 && /[%/\\A-Za-z0-9\-._~]/.test(String.fromCharCode(value));
}

/** Escapes that are not UTF-8 are read by some servers as Latin-1 and refused by others. */
function isUtf8(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}
