import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { build } from 'esbuild';

export interface BundleOptions {
  /** The module whose exports are handlers. */
  readonly entry: string;
  readonly outDir: string;
  /** Packages that are not bundled: native ones. They are looked for from the bundle's folder upwards. */
  readonly external?: readonly string[];
}

export interface Bundle {
  /** `<outDir>/<name of the entry>.cjs` */
  readonly file: string;
  readonly bytes: number;
}

/**
 * Bundles a service into one file, as it is deployed. CommonJS, since Express and its like call `require` at run time,
 * and ending in .cjs, since the package around it is one of ES modules.
 * Written beside its place and then moved there, so that a function which starts meanwhile reads the old one or the new.
 */
export async function bundleService({ entry, outDir, external = [] }: BundleOptions): Promise<Bundle> {
  const name = basename(entry, extname(entry));
  const file = join(outDir, `${name}.cjs`);
  const partial = join(outDir, `.${name}.${process.pid}.partial.cjs`);
  await mkdir(outDir, { recursive: true });
  try {
    await build({
      entryPoints: [entry],
      outfile: partial,
      bundle: true,
      platform: 'node',
      target: 'node24',
      format: 'cjs',
      minify: true,
      keepNames: true,
      external: [...external],
      // Read by modules that ask where they are.
      define: { 'import.meta.url': 'importMetaUrl' },
      banner: { js: "const importMetaUrl = require('node:url').pathToFileURL(__filename).href;" },
      logLevel: 'silent',
    });
    const { size } = await stat(partial);
    await rename(partial, file);
    return { file, bytes: size };
  } finally {
    await rm(partial, { force: true });
  }
}
