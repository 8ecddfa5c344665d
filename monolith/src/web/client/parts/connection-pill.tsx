import type { ConnectionState } from '../live/connection-state.ts';

const wordings: Readonly<Record<ConnectionState, string>> = {
  connecting: 'Connecting…',
  live: 'Live',
  lost: 'Reconnecting…',
};

export function ConnectionPill({ state }: { readonly state: ConnectionState }) {
  return (
    <span class={`pill connection connection-${state}`} role="status">
      {wordings[state]}
    </span>
  );
}
