import { Agent, request } from 'node:http';

/** Speaks to the Runtime API over `node:http`: `fetch` takes longer to load than most handlers take to run. */
export function createApiClient(address) {
  const [host, port] = address.split(':');
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });

  function call(method, path, body, headers = {}) {
    return new Promise((resolve, reject) => {
      const outgoing = request(
        {
          host,
          port,
          agent,
          method,
          path: `/2018-06-01/runtime/${path}`,
          headers:
            body === undefined
              ? headers
              : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body), ...headers },
        },
        (response) => {
          const chunks = [];
          response.on('data', (chunk) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () =>
            resolve({
              status: response.statusCode,
              headers: response.headers,
              body: Buffer.concat(chunks).toString('utf8'),
            }),
          );
        },
      );
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }

  const errorHeaders = ({ errorType }) => ({
    'Lambda-Runtime-Function-Error-Type': String(errorType).replace(/[^\w.]/g, ''),
  });

  return {
    async next() {
      const answer = await call('GET', 'invocation/next');
      if (answer.status !== 200) throw new Error(`Runtime API answered ${answer.status} to /next`);
      return answer;
    },
    respond: (id, body) => call('POST', `invocation/${encodeURIComponent(id)}/response`, body),
    fail: (id, error) =>
      call('POST', `invocation/${encodeURIComponent(id)}/error`, JSON.stringify(error), errorHeaders(error)),
    failInit: (error) => call('POST', 'init/error', JSON.stringify(error), errorHeaders(error)),
  };
}
