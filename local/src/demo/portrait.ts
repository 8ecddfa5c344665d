import sharp from 'sharp';

/** A portrait of nobody: head and shoulders on a coloured ground, as the JPEG that a phone would send. */
export async function drawPortrait(hue: number): Promise<Blob> {
  const svg = `
    <svg xmlns="http://www.w3.org/2000/svg" width="960" height="960" viewBox="0 0 96 96">
      <defs>
        <linearGradient id="ground" x2="0" y2="1">
          <stop stop-color="hsl(${hue}, 55%, 78%)"/>
          <stop offset="1" stop-color="hsl(${(hue + 40) % 360}, 60%, 52%)"/>
        </linearGradient>
      </defs>
      <rect width="96" height="96" fill="url(#ground)"/>
      <path d="M12 96c0-22 16-34 36-34s36 12 36 34z" fill="hsl(${hue}, 45%, 30%)"/>
      <circle cx="48" cy="40" r="19" fill="hsl(${(hue + 20) % 360}, 40%, 90%)"/>
    </svg>`;
  const jpeg = await sharp(Buffer.from(svg)).jpeg({ quality: 85 }).toBuffer();
  return new File([new Uint8Array(jpeg)], 'portrait.jpg', { type: 'image/jpeg' });
}
