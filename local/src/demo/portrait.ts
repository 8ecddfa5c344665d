import sharp from 'sharp';

const side = 960;
const head = { x: 48, y: 40, radius: 19 };
const shoulders = { x: 48, y: 96, radiusX: 36, radiusY: 34 };

type Colour = readonly [red: number, green: number, blue: number];

/**
 * A portrait of nobody: head and shoulders on a coloured ground, as the JPEG that a phone would send. Drawn by the pixel:
 * a process that also runs the monolith has no decoder for SVG any more.
 */
export async function drawPortrait(hue: number): Promise<Blob> {
  const colours = {
    top: fromHsl(hue, 0.55, 0.78),
    bottom: fromHsl(hue + 40, 0.6, 0.52),
    shoulders: fromHsl(hue, 0.45, 0.3),
    head: fromHsl(hue + 20, 0.4, 0.9),
  };
  const pixels = Buffer.alloc(side * side * 3);
  for (let row = 0; row < side; row += 1) {
    for (let column = 0; column < side; column += 1) {
      // In a picture of 96 units a side.
      const [x, y] = [(column * 96) / side, (row * 96) / side];
      const body = coverage(
        Math.hypot((x - shoulders.x) / shoulders.radiusX, (y - shoulders.y) / shoulders.radiusY),
        34,
      );
      const face = coverage(Math.hypot(x - head.x, y - head.y) / head.radius, head.radius);
      const ground = mix(colours.top, colours.bottom, row / side);
      pixels.set(mix(mix(ground, colours.shoulders, body), colours.head, face), (row * side + column) * 3);
    }
  }
  const jpeg = await sharp(pixels, { raw: { width: side, height: side, channels: 3 } })
    .jpeg({ quality: 85 })
    .toBuffer();
  return new File([new Uint8Array(jpeg)], 'portrait.jpg', { type: 'image/jpeg' });
}

/** 1 inside a shape of radius 1, 0 outside, and in between within a fifth of a unit, so that its edge is smooth. */
function coverage(distance: number, radius: number): number {
  return Math.min(1, Math.max(0, (1 - distance) * radius * 5 + 0.5));
}

function mix(from: Colour, to: Colour, share: number): Colour {
  const channel = (at: 0 | 1 | 2) => Math.round(from[at] + (to[at] - from[at]) * share);
  return [channel(0), channel(1), channel(2)];
}

/** CSS Color 4, §7.1. */
function fromHsl(hue: number, saturation: number, lightness: number): Colour {
  const channel = (n: number) => {
    const k = (n + hue / 30) % 12;
    const chroma = saturation * Math.min(lightness, 1 - lightness);
    return Math.round(255 * (lightness - chroma * Math.max(-1, Math.min(k - 3, 9 - k, 1))));
  };
  return [channel(0), channel(8), channel(4)];
}
