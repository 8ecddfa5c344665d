import { pathOfPage } from '../../pages.ts';
import { Page } from '../parts/page.tsx';

export function NotFoundPage({
  message = 'There is no page at this address.',
}: {
  readonly message?: string;
}) {
  return (
    <Page title="Not found" narrow>
      <p class="lead">{message}</p>
      <p>
        <a class="button" href={pathOfPage('home')}>
          Go to the start
        </a>
      </p>
    </Page>
  );
}
