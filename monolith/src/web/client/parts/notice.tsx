import type { ComponentChildren } from 'preact';

export interface NoticeProps {
  readonly tone: 'info' | 'good' | 'bad';
  readonly children: ComponentChildren;
}

/** Something to know, in the page's flow. What is bad is read out at once. */
export function Notice({ tone, children }: NoticeProps) {
  return (
    <div class={`notice notice-${tone}`} role={tone === 'bad' ? 'alert' : 'status'}>
      {children}
    </div>
  );
}
