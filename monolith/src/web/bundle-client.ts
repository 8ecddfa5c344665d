import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { build, type Plugin, stop } from 'esbuild';
import { type Asset, compressAsset } from './asset.ts';

export interface ClientEntries {
  readonly script: string;
  readonly style: string;
}

export interface ClientBundle {
  readonly script: Asset;
  readonly style: Asset;
}

const clientEntries: ClientEntries = {
  script: fileURLToPath(new URL('./client/main.tsx', import.meta.url)),
  style: fileURLToPath(new URL('./client/styles/main.css', import.meta.url)),
};

/** zod carries its messages in fifty languages, more than all the rest together; this client shows them in English. */
const englishAlone: Plugin = {
  name: 'english-alone',
  setup(bundler) {
    bundler.onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
      contents: 'export { default as en } from "./en.js";',
      loader: 'js',
    }));
  },
};

/**
 * Bundles the client in memory: one script, one style sheet, each under a name made from its bytes.
 * @throws Error naming each fault and its place, when the sources do not build
 */
export async function bundleClient(entries: ClientEntries = clientEntries): Promise<ClientBundle> {
  const [script, style] = await Promise.all([
    bundle(entries.script, 'client', 'js', 'text/javascript; charset=utf-8'),
    bundle(entries.style, 'styles', 'css', 'text/css; charset=utf-8'),
  ]);
  return { script, style };
}

let shared: Promise<ClientBundle> | undefined;

/** The client's bundle, made once in a process: its sources do not change while it runs. */
export function clientBundle(): Promise<ClientBundle> {
  // esbuild keeps a process of its own, which would stay beside the server for as long as that lives.
  shared ??= bundleClient().finally(stop);
  return shared;
}

async function bundle(entry: string, name: string, extension: string, contentType: string): Promise<Asset> {
  const { outputFiles, errors } = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: ['chrome123', 'firefox120', 'safari17.5'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    define: { 'process.env.NODE_ENV': '"production"' },
    plugins: [englishAlone],
    logLevel: 'silent',
    legalComments: 'none',
  }).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`The web client does not build: ${reason}`, { cause });
  });
  const [output] = outputFiles;
  if (output === undefined || errors.length > 0) throw new Error(`The web client's ${name} came out empty.`);
  const hash = createHash('sha256').update(output.contents).digest('base64url').slice(0, 12);
  return compressAsset({
    path: `/assets/${name}-${hash}.${extension}`,
    contentType,
    body: Buffer.from(output.contents),
    lifetime: 'forever',
  });
}
