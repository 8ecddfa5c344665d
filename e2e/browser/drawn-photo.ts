import sharp from 'sharp';

/** A photo as a phone sends it: a JPEG of some size, with the place it was taken at inside. */
export async function drawnPhoto(hue: number): Promise<Buffer> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 60" width="1200" height="1200">
    <rect width="60" height="60" fill="hsl(${hue} 60% 70%)"/>
    <circle cx="30" cy="24" r="11" fill="hsl(${hue} 40% 94%)"/>
    <path d="M8 60c0-16 10-23 22-23s22 7 22 23z" fill="hsl(${hue} 45% 32%)"/>
  </svg>`;
  return sharp(Buffer.from(svg))
    .withExif({ IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '51/1 30/1 3230/100' } })
    .jpeg()
    .toBuffer();
}
