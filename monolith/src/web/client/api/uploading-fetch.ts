/**
 * A `fetch` that tells how much of the body was sent: fetch itself cannot (in 2026 no browser streams a form and
 * counts it). It takes what the typed client gives: an address, a method, headers and a body.
 */
export function uploadingFetch(onProgress: (part: number) => void): typeof fetch {
  return (input, init = {}) =>
    new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open(init.method ?? 'GET', String(input));
      request.responseType = 'blob';
      new Headers(init.headers).forEach((value, name) => {
        request.setRequestHeader(name, value);
      });
      request.upload.addEventListener('progress', ({ lengthComputable, loaded, total }) => {
        if (lengthComputable && total > 0) onProgress(loaded / total);
      });
      request.addEventListener('load', () => resolve(responseOf(request)));
      request.addEventListener('error', () => reject(new TypeError('The connection failed.')));
      request.addEventListener('timeout', () => reject(new TypeError('The connection timed out.')));
      request.addEventListener('abort', () => reject(init.signal?.reason ?? new TypeError('Aborted.')));
      init.signal?.addEventListener('abort', () => request.abort(), { once: true });
      request.send((init.body ?? null) as XMLHttpRequestBodyInit | null);
    });
}

function responseOf(request: XMLHttpRequest): Response {
  const headers = new Headers();
  for (const line of request.getAllResponseHeaders().trim().split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon > 0) headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  const isBodyless = [204, 205, 304].includes(request.status);
  return new Response(isBodyless ? null : (request.response as Blob), { status: request.status, headers });
}
