import { drawPortrait } from '@banyan/local';
import sharp from 'sharp';

/** A photo as a phone sends it: a JPEG of some size, with the place it was taken at inside. */
export async function drawnPhoto(hue: number): Promise<Buffer> {
  const portrait = await drawPortrait(hue);
  return sharp(await portrait.arrayBuffer())
    .withExif({ IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '51/1 30/1 3230/100' } })
    .jpeg()
    .toBuffer();
}
