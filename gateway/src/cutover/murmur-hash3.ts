const c1 = 0xcc9e2d51;
const c2 = 0x1b873593;

/**
 * MurmurHash3, x86, 32 bits (Austin Appleby, public domain), of a text's UTF-8 bytes. Spreads similar keys (ids that count
 * up, addresses of one network) evenly and costs tens of nanoseconds; it keeps nobody from choosing a key for its bucket.
 */
export function murmurHash3(text: string, seed: number): number {
  let hash = seed | 0;
  const length = text.length;
  const whole = length & ~3;
  // Nearly every key is ASCII, whose characters are its bytes: nothing needs to be encoded, or allocated.
  for (let i = 0; i < whole; i += 4) {
    const a = text.charCodeAt(i);
    const b = text.charCodeAt(i + 1);
    const c = text.charCodeAt(i + 2);
    const d = text.charCodeAt(i + 3);
    if ((a | b | c | d) > 0x7f) return hashBytes(Buffer.from(text, 'utf8'), seed);
    hash = mixed(hash, a | (b << 8) | (c << 16) | (d << 24));
  }
  let tail = 0;
  for (let i = length - 1; i >= whole; i--) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) return hashBytes(Buffer.from(text, 'utf8'), seed);
    tail = (tail << 8) | code;
  }
  return finished(hash, tail, length);
}

function hashBytes(bytes: Buffer, seed: number): number {
  let hash = seed | 0;
  const whole = bytes.length & ~3;
  for (let i = 0; i < whole; i += 4) hash = mixed(hash, bytes.readInt32LE(i));
  let tail = 0;
  for (let i = bytes.length - 1; i >= whole; i--) tail = (tail << 8) | (bytes[i] ?? 0);
  return finished(hash, tail, bytes.length);
}

function mixed(hash: number, block: number): number {
  const next = hash ^ scrambled(block);
  return (Math.imul((next << 13) | (next >>> 19), 5) + 0xe6546b64) | 0;
}

function scrambled(block: number): number {
  const product = Math.imul(block, c1);
  return Math.imul((product << 15) | (product >>> 17), c2);
}

function finished(hash: number, tail: number, length: number): number {
  // Scrambling nothing gives 0, which changes nothing.
  let h = hash ^ scrambled(tail) ^ length;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
