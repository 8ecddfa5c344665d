import type { WitnessExchange } from '../witness/witness.ts';

/** What an upstream may do to a request, and how that has to end for the client. */
export interface UpstreamFault {
  readonly name: string;
  /** A status, or `cut off` where an answer had begun. */
  readonly ends: string;
  readonly happen: (exchange: WitnessExchange) => void;
  /** Makes no sense where there is no body to be sent, or where protocols are to be switched. */
  readonly onlyWithBody?: true;
  readonly onlyPlain?: true;
}

const dripEveryMs = 100;
/** Takes longer as a whole than the gateway waits for any single part of it. */
const drips = 30;

const sized = 'HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n';

export const upstreamFaults: readonly UpstreamFault[] = [
  { name: 'resets when it has the head', ends: '502', happen: (exchange) => exchange.reset() },
  { name: 'ends when it has the head', ends: '502', happen: (exchange) => exchange.end() },
  {
    name: 'ends within its head',
    ends: '502',
    happen(exchange) {
      exchange.write('HTTP/1.1 200 OK\r\nContent-');
      exchange.end();
    },
  },
  { name: 'hangs', ends: '504', happen: () => undefined },
  {
    name: 'switches protocols unasked',
    ends: '502',
    onlyPlain: true,
    happen: (exchange) =>
      exchange.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: tea\r\n\r\n'),
  },
  {
    name: 'sends a head of 200 KB',
    ends: '502',
    happen: (exchange) => exchange.write(`HTTP/1.1 200 OK\r\nX-Large: ${'a'.repeat(200_000)}\r\n\r\n`),
  },
  {
    name: 'sends its head by the byte',
    ends: '504',
    happen(exchange) {
      exchange.write('HTTP/1.1 200 OK\r\nX-Slow: ');
      drip(exchange, Number.POSITIVE_INFINITY);
    },
  },
  {
    name: 'sends its body by the byte',
    ends: '200',
    happen(exchange) {
      exchange.write(sized);
      drip(exchange, drips);
    },
  },
  {
    name: 'goes silent within its body',
    ends: 'cut off',
    happen: (exchange) => exchange.write(`${sized}half`),
  },
  {
    name: 'dies within its body',
    ends: 'cut off',
    happen(exchange) {
      exchange.write(`${sized}half`);
      exchange.end();
    },
  },
  {
    name: 'says more than it announced',
    ends: '200',
    happen(exchange) {
      exchange.write(
        'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nbad',
      );
      exchange.finish();
    },
  },
  {
    name: 'answers and never reads the body',
    ends: '413',
    onlyWithBody: true,
    happen(exchange) {
      exchange.socket.pause();
      exchange.write('HTTP/1.1 413 Too Much\r\nContent-Length: 2\r\n\r\nno');
      exchange.finish();
    },
  },
];

function drip(exchange: WitnessExchange, count: number): void {
  let left = count;
  const timer = setInterval(() => {
    if (left > 0) exchange.write('a');
    left -= 1;
    if (left > 0) return;
    clearInterval(timer);
    exchange.finish();
  }, dripEveryMs);
  void exchange.closed.then(() => clearInterval(timer));
}
