import type { Photo } from '@banyan/contracts';

export interface AvatarProps {
  readonly name: string;
  readonly photo: Photo | null;
  readonly size?: 'small' | 'large';
}

/** A photo, or the initials of one who has none. Says nothing to a screen reader: the name is always beside it. */
export function Avatar({ name, photo, size = 'small' }: AvatarProps) {
  const pixels = size === 'large' ? 112 : 44;
  if (photo === null) {
    return (
      <span class={`avatar avatar-${size}`} aria-hidden="true">
        {initialsOf(name)}
      </span>
    );
  }
  const source = size === 'large' ? photo.links.card : photo.links.thumb;
  return <img class={`avatar avatar-${size}`} src={source} alt="" width={pixels} height={pixels} />;
}

function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/);
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined];
  return letters.map((word) => [...(word ?? '')][0]?.toUpperCase() ?? '').join('');
}
