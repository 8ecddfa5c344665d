import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

export interface PageProps {
  readonly title: string;
  /** Of the browser's tab, where it says more than the heading. */
  readonly tabTitle?: string;
  readonly narrow?: boolean;
  /** Beside the heading. */
  readonly actions?: ComponentChildren;
  readonly children?: ComponentChildren;
}

let drawnBefore = false;

/** A page's frame. Going to another page puts the focus on its heading, as loading one would. */
export function Page({ title, tabTitle = title, narrow = false, actions, children }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = tabTitle === 'Waitlist' ? tabTitle : `${tabTitle} · Waitlist`;
  }, [tabTitle]);
  useEffect(() => {
    if (drawnBefore) {
      scrollTo(0, 0);
      heading.current?.focus({ preventScroll: true });
    }
    drawnBefore = true;
  }, []);
  return (
    <main id="main" class={narrow ? 'page page-narrow' : 'page'}>
      <div class="page-head">
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {actions}
      </div>
      {children}
    </main>
  );
}
