import { mkdtemp, readdir, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { bundleService } from './bundle.ts';
import { startTestHost } from './testing/start-host.ts';

async function sources(): Promise<{ folder: string; entry: string; outDir: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'lambda-host-bundle-'));
  const entry = join(folder, 'handler.ts');
  await writeFile(join(folder, 'greeting.ts'), "export const greeting: string = 'hello';");
  await writeFile(
    entry,
    "import { greeting } from './greeting.ts';\n" +
      'export class Named {}\n' +
      'export const handler = async () => ({ greeting, name: Named.name, here: import.meta.url });\n',
  );
  return { folder, entry, outDir: join(folder, 'dist') };
}

describe('a bundle', () => {
  it('is one file that a function runs from, and its size is known', async () => {
    const { entry, outDir } = await sources();
    const { file, bytes } = await bundleService({ entry, outDir });
    expect(file).toBe(join(outDir, 'handler.cjs'));
    expect((await stat(file)).size).toBe(bytes);
    await using host = await startTestHost({ functions: { bundled: { bundle: file } } });
    expect((await host.call('bundled')).value).toEqual({
      greeting: 'hello',
      name: 'Named',
      here: expect.stringMatching(/^file:.*\/dist\/handler\.cjs$/),
    });
  });

  it('that can not be built leaves the last one in its place, and nothing half-done', async () => {
    const { entry, outDir } = await sources();
    const { file, bytes } = await bundleService({ entry, outDir });
    await writeFile(entry, "import './gone.ts';");
    await expect(bundleService({ entry, outDir })).rejects.toThrow('gone.ts');
    expect((await stat(file)).size).toBe(bytes);
    expect(await readdir(outDir)).toEqual(['handler.cjs']);
  });

  it('leaves out what is external', async () => {
    const { folder, outDir } = await sources();
    const entry = join(folder, 'native.ts');
    await writeFile(entry, "import 'some-native-package';\nexport const handler = async () => 1;");
    const { bytes } = await bundleService({ entry, outDir, external: ['some-native-package'] });
    expect(bytes).toBeGreaterThan(0);
  });
});
