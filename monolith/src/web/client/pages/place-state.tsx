import type { Place } from '@banyan/contracts';
import { aboutMinutes } from '../parts/time.tsx';

/** The one thing to know, in few words: for the tab too, which a guest sees beside others. */
export function headingOf({ status, position }: Place): string {
  switch (status) {
    case 'waiting':
      return position === 1 ? 'You are next' : `Number ${position} in the line`;
    case 'called':
      return 'Your table is ready!';
    case 'seated':
      return 'Enjoy your meal';
    case 'cancelled':
      return 'You are no longer in the line';
    case 'no-show':
      return 'Your table was given away';
  }
}

/** Where a guest stands. Its changes are read out when the reader is free. */
export function PlaceState({ place }: { readonly place: Place }) {
  return (
    <section class={`place place-${place.status}`} aria-live="polite" aria-atomic="true">
      {place.status === 'waiting' && (
        <p class="place-position" aria-hidden="true">
          {place.position}
        </p>
      )}
      <h2>{headingOf(place)}</h2>
      <p>{detailOf(place)}</p>
    </section>
  );
}

function detailOf({ status, estimatedWaitMinutes }: Place): string {
  switch (status) {
    case 'waiting':
      return estimatedWaitMinutes
        ? `It takes ${aboutMinutes(estimatedWaitMinutes)}. Keep this page open: it changes by itself.`
        : 'It takes only a moment. Keep this page open: it changes by itself.';
    case 'called':
      return 'Please come to the host now.';
    case 'seated':
      return 'You were seated. Thank you for waiting.';
    case 'cancelled':
      return 'Your place was given up.';
    case 'no-show':
      return 'You were called, and did not come. Ask the host if that is a mistake.';
  }
}
