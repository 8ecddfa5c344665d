/** The upstream's three answers, as an Express application would write them. Constant, so that no proxy is luckier. */
function answer(contentType: string, body: string): Buffer {
  return Buffer.from(
    [
      'HTTP/1.1 200 OK',
      'X-Powered-By: Express',
      'Cache-Control: private, max-age=0',
      `Content-Type: ${contentType}`,
      `Content-Length: ${Buffer.byteLength(body)}`,
      'ETag: W/"400-bench"',
      'Vary: Accept-Encoding',
      'Date: Mon, 05 Jan 2026 10:00:00 GMT',
      'Connection: keep-alive',
      'Keep-Alive: timeout=5',
      `\r\n${body}`,
    ].join('\r\n'),
  );
}

/** JSON of exactly `bytes` bytes. */
function jsonOfSize(bytes: number): string {
  const frame = JSON.stringify({ id: 42, note: '' });
  return JSON.stringify({ id: 42, note: 'n'.repeat(bytes - frame.length) });
}

const json = answer('application/json; charset=utf-8', jsonOfSize(1024));
const large = answer('text/html; charset=utf-8', '<p>'.padEnd(64 * 1024, 'banyan '));
const accepted = answer('application/json; charset=utf-8', '{"accepted":true}');

export function answerFor(requestLine: string): Buffer {
  if (requestLine.startsWith('POST ')) return accepted;
  return requestLine.startsWith('GET /api/large/') ? large : json;
}
