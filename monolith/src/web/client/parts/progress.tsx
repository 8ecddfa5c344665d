export interface ProgressProps {
  /** 0 to 1. */
  readonly part: number;
}

/** How much of an upload was sent; then that the photo is being worked on, which takes the server a moment. */
export function Progress({ part }: ProgressProps) {
  const percent = Math.round(part * 100);
  return (
    <span class="progress">
      <progress value={part} max={1} aria-label="Sent so far" />
      <span aria-live="polite">{percent < 100 ? `${percent} %` : 'Almost done…'}</span>
    </span>
  );
}
