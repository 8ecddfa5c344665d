import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { stop } from 'esbuild';
import { bundleClient, clientBundle } from './bundle-client.ts';

describe('the bundle of the client', () => {
  afterAll(stop);

  it('is named for its bytes', async () => {
    const { script, style } = await clientBundle();
    expect(script.path).toMatch(/^\/assets\/client-[\w-]{12}\.js$/);
    expect(style.path).toMatch(/^\/assets\/styles-[\w-]{12}\.css$/);
  });

  it('is small enough for a phone on a bad line', async () => {
    const { script, style } = await clientBundle();
    expect(script.encoded.br.byteLength).toBeLessThan(100_000);
    expect(style.encoded.br.byteLength).toBeLessThan(10_000);
  });

  it('names the fault and its place when the sources do not build', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'banyan-bundle-'));
    try {
      const broken = join(folder, 'broken.ts');
      await writeFile(broken, 'const broken = ;\n');
      await expect(bundleClient({ script: broken, style: broken })).rejects.toThrow(
        /The web client does not build: [\s\S]*broken\.ts:1:15/,
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
