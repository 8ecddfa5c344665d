import { useState } from 'preact/hooks';
import { Dialog } from './dialog.tsx';

export interface ConfirmProps {
  readonly title: string;
  readonly text: string;
  /** What the button says: the deed, never "OK". */
  readonly action: string;
  readonly onConfirm: () => Promise<void>;
  readonly onClose: () => void;
}

/** Asks before what cannot be taken back. */
export function Confirm({ title, text, action, onConfirm, onClose }: ConfirmProps) {
  const [busy, setBusy] = useState(false);
  async function confirm() {
    setBusy(true);
    await onConfirm();
    setBusy(false);
  }
  return (
    <Dialog title={title} onClose={onClose}>
      <p>{text}</p>
      <div class="actions">
        <button type="button" class="button button-danger" disabled={busy} onClick={confirm}>
          {action}
        </button>
        <button type="button" class="button" onClick={onClose}>
          Keep
        </button>
      </div>
    </Dialog>
  );
}
