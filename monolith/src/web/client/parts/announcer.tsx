import { useEffect, useState } from 'preact/hooks';

const shownMs = 5_000;
const announced = new EventTarget();

/** Tells what was done, without taking the focus: shown for a while, and read out when the reader is free. */
export function announce(message: string): void {
  announced.dispatchEvent(new CustomEvent('announce', { detail: message }));
}

export function Announcer() {
  const [message, setMessage] = useState('');
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const show = (event: Event) => {
      setMessage((event as CustomEvent<string>).detail);
      clearTimeout(timer);
      timer = setTimeout(() => setMessage(''), shownMs);
    };
    announced.addEventListener('announce', show);
    return () => {
      clearTimeout(timer);
      announced.removeEventListener('announce', show);
    };
  }, []);
  return (
    <div class="announcer" role="status" aria-live="polite">
      {message && <p class="toast">{message}</p>}
    </div>
  );
}
