/** `node upstream.ts PORT`: answers at once, on bare sockets, so that the proxies are what is measured. */
import net from 'node:net';
import { createMessageReader } from '../http/message-reader.ts';
import { answerFor } from './answers.ts';
import { exitWithParent } from './exit-with-parent.ts';

const server = net.createServer({ noDelay: true }, (socket) => {
  const read = createMessageReader((requestLine) => socket.write(answerFor(requestLine)));
  socket.on('data', (bytes: Buffer) => {
    try {
      read(bytes);
    } catch {
      socket.destroy();
    }
  });
  // A proxy that ends drops its connections: nothing to do about it here.
  socket.on('error', () => socket.destroy());
});

exitWithParent();
server.listen(Number(process.argv[2]), '127.0.0.1', 511);
