import { type ImageFormat, imageFormats } from './image-format.ts';

interface MediaRange {
  readonly range: string;
  readonly quality: number;
}

interface Candidate {
  readonly format: ImageFormat;
  readonly quality: number;
  readonly named: boolean;
}

/**
 * What to serve to an `Accept` (RFC 9110 §12.5.1); none if it takes none of ours. The highest quality wins; among equals
 * the format that compresses best of those that are named. A format that only a wildcard covers stands behind JPEG: a
 * client that says `*` may be older than the format.
 */
export function negotiateFormat(accept: string | undefined): ImageFormat | undefined {
  if (accept === undefined || accept.trim() === '') return 'jpg';
  const ranges = parseAccept(accept);
  const [best] = (Object.keys(imageFormats) as ImageFormat[])
    .map((format) => judge(format, ranges))
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality || rank(a) - rank(b));
  return best?.format;
}

function judge(format: ImageFormat, ranges: readonly MediaRange[]): Candidate {
  const qualityOf = (range: string) => ranges.find((given) => given.range === range)?.quality;
  const named = qualityOf(imageFormats[format]);
  const quality = named ?? qualityOf('image/*') ?? qualityOf('*/*') ?? 0;
  return { format, quality, named: named !== undefined };
}

/** Named: AVIF, WebP; then JPEG; then by wildcard alone the older first: WebP, AVIF. */
function rank({ format, named }: Candidate): number {
  if (format === 'jpg') return 2;
  const age = format === 'avif' ? 0 : 1;
  return named ? age : 4 - age;
}

/** What can't be read is left out, as if it were a type that we don't have. */
function parseAccept(accept: string): MediaRange[] {
  return accept.split(',').flatMap((element) => {
    const [range = '', ...parameters] = element.split(';').map((part) => part.trim().toLowerCase());
    const given = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
    if (given !== undefined && !/^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(given)) return [];
    return [{ range, quality: given === undefined ? 1 : Number(given) }];
  });
}
