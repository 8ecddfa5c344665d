import { crc32, deflateSync } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';

/** Pixels with enough in them that no encoder makes them a few bytes. The same at each call. */
export function patternOf(width: number, height: number, channels: 3 | 4 = 3): Sharp {
  const data = Buffer.alloc(width * height * channels, 255);
  for (let at = 0; at < data.length; at += channels) {
    const [x, y] = [(at / channels) % width, Math.floor(at / channels / width)];
    data.set([(x * 7 + y) & 0xff, (y * 5) & 0xff, (x * y) & 0xff], at);
  }
  return sharp(data, { raw: { width, height, channels } });
}

export function solid(width: number, height: number, background: string): Sharp {
  return sharp({ create: { width, height, channels: background.length > 7 ? 4 : 3, background } });
}

/** A PNG whose header promises more than its bytes have. */
export function pngThatClaims(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2], 8);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    pngChunk('IHDR', header),
    pngChunk('IDAT', deflateSync(Buffer.alloc(1_000))),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

/** Writes another size into the property that says it (ISO/IEC 23008-12 §6.5.3). */
export function avifThatClaims(avif: Buffer, width: number, height: number): Buffer {
  const claiming = Buffer.from(avif);
  const property = claiming.indexOf('ispe');
  claiming.writeUInt32BE(width, property + 8);
  claiming.writeUInt32BE(height, property + 12);
  return claiming;
}

function pngChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, checksum]);
}

/** The colour in the middle, as 8-bit sRGB with what channels there are. */
export async function middleOf(image: Buffer): Promise<number[]> {
  const { data, info } = await sharp(image).raw().toBuffer({ resolveWithObject: true });
  const middle = Math.floor(info.height / 2) * info.width + Math.floor(info.width / 2);
  return [...data.subarray(middle * info.channels, (middle + 1) * info.channels)];
}
