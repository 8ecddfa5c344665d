import { clientHeaders, type RequestShape } from '../scenarios.ts';

export const reportMark = 'banyan-bench:';

function luaString(text: string): string {
  const bytes = [...Buffer.from(text)];
  const plain = bytes.every((byte) => byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x5c);
  return plain ? `"${text}"` : `"${bytes.map((byte) => `\\${String(byte).padStart(3, '0')}`).join('')}"`;
}

function formatCall({ method, path, body }: RequestShape): string {
  if (body === undefined) return `wrk.format("${method}", ${luaString(path)})`;
  return `wrk.format("${method}", ${luaString(path)}, { ["Content-Type"] = "application/json" }, ${luaString(body)})`;
}

/** One request is built once and sent as it is; several are built once and sent in turn. */
export function luaScript(requests: readonly RequestShape[]): string {
  const headers = Object.entries(clientHeaders).map(
    ([name, value]) => `wrk.headers[${luaString(name)}] = ${luaString(value)}`,
  );
  return `${headers.join('\n')}
local prepared
local sent = 0

function init()
  prepared = {
    ${requests.map(formatCall).join(',\n    ')}
  }
end

function request()
  sent = sent + 1
  return prepared[(sent - 1) % #prepared + 1]
end

function done(summary, latency)
  local e = summary.errors
  io.write(string.format(
    '${reportMark}{"requests":%d,"seconds":%.6f,"errors":%d,"latencyUs":{"p50":%d,"p90":%d,"p99":%d,"p999":%d}}\\n',
    summary.requests, summary.duration / 1e6, e.connect + e.read + e.write + e.status + e.timeout,
    latency:percentile(50), latency:percentile(90), latency:percentile(99), latency:percentile(99.9)))
end
`;
}
