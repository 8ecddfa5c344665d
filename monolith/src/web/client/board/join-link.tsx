import type { Waitlist } from '@banyan/contracts';
import { announce } from '../parts/announcer.tsx';
import { QrCode } from '../parts/qr-code.tsx';

/** What goes to the door: the link on which guests join, and its code. */
export function JoinLink({ waitlist }: { readonly waitlist: Waitlist }) {
  const address = new URL(waitlist.joinPath, location.origin).href;
  // Browsers let pages write to the clipboard only over TLS or on this machine.
  const clipboard: Clipboard | undefined = navigator.clipboard;
  async function copy() {
    const isCopied = await clipboard?.writeText(address).then(
      () => true,
      () => false,
    );
    announce(
      isCopied ? 'The link was copied.' : 'The link could not be copied. Select it and copy it yourself.',
    );
  }
  return (
    <div class="join-link">
      <QrCode text={address} label={`Code of the join link of ${waitlist.name}`} />
      <p>
        <a href={address} target="_blank" rel="noreferrer">
          {address}
        </a>
      </p>
      <div class="actions">
        {clipboard !== undefined && (
          <button type="button" class="button button-primary" onClick={copy}>
            Copy link
          </button>
        )}
        <button type="button" class="button" onClick={() => print()}>
          Print
        </button>
      </div>
    </div>
  );
}
