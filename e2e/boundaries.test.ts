import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const root = fileURLToPath(new URL('..', import.meta.url));
const workspaces = ['shared', 'monolith', 'gateway', 'local', 'e2e', 'bench'];

/** An import, as written in a file of a workspace two folders deep; and the rule that refuses it, if any does. */
type Case = readonly [workspace: string, imported: string, refusedBy?: string];

const boundary = 'noRestrictedImports';
const cases: readonly Case[] = [
  ['shared', 'zod'],
  ['shared', '../route.ts'],
  ['shared', '@banyan/contracts', boundary],
  ['shared', '@banyan/gateway', boundary],
  ['shared', '@banyan/monolith', boundary],
  ['shared', '../../../monolith/src/index.ts', boundary],
  ['shared', '../../../gateway/src/index.ts', boundary],
  ['shared', '../../../local/src/index.ts', boundary],
  ['shared', 'pg', 'noUndeclaredDependencies'],

  ['monolith', '@banyan/contracts'],
  ['monolith', '@banyan/contracts/openapi'],
  ['monolith', '../waitlists/line.ts'],
  ['monolith', '@banyan/gateway', boundary],
  ['monolith', '@banyan/local', boundary],
  ['monolith', '../../../gateway/src/index.ts', boundary],
  ['monolith', '../../../shared/src/index.ts', boundary],
  ['monolith', '../../../services/auth/handler.ts', boundary],
  ['monolith', 'undici', 'noUndeclaredDependencies'],

  ['gateway', '../plan/plan.ts'],
  ['gateway', '@banyan/contracts', boundary],
  ['gateway', '@banyan/monolith', boundary],
  ['gateway', '@banyan/local', boundary],
  ['gateway', '../../../monolith/src/index.ts', boundary],
  ['gateway', '../../../shared/src/index.ts', boundary],
  ['gateway', '../../../e2e/http/message.ts', boundary],
  ['gateway', 'knex', 'noUndeclaredDependencies'],

  ['local', '@banyan/gateway'],
  ['local', '@banyan/monolith'],
  ['e2e', '@banyan/gateway'],
  ['bench', '@banyan/gateway'],
  ['bench', '@banyan/monolith', 'noUndeclaredDependencies'],
];

const fileOf = (workspace: string, index: number) => `${workspace}/src/feature/case-${index}.ts`;

describe('import boundaries', () => {
  let folder: string;
  let refusals: ReadonlyMap<string, readonly string[]>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'banyan-boundaries-'));
    const config = JSON.parse(await readFile(join(root, 'biome.json'), 'utf8'));
    // The same rules, on a tree that is no repository.
    await writeFile(
      join(folder, 'biome.json'),
      JSON.stringify({ ...config, $schema: undefined, vcs: { enabled: false } }),
    );
    await cp(join(root, 'package.json'), join(folder, 'package.json'));
    for (const workspace of workspaces) {
      await mkdir(join(folder, workspace));
      await cp(join(root, workspace, 'package.json'), join(folder, workspace, 'package.json'));
    }
    for (const [index, [workspace, imported]] of cases.entries()) {
      const file = join(folder, fileOf(workspace, index));
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, `import '${imported}';\n`);
    }
    refusals = await lint(folder);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each(cases.map((given, index) => ({ given, index })))(
    '$given.0 → $given.1: $given.2',
    ({ given, index }) => {
      const [workspace, , refusedBy] = given;
      const rules = refusals.get(fileOf(workspace, index)) ?? [];
      if (refusedBy) expect(rules).toContain(refusedBy);
      else expect(rules).toEqual([]);
    },
  );
});

/** The rules that refuse each file. */
async function lint(folder: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const report = await runBiome(folder);
  const { diagnostics } = JSON.parse(report) as {
    diagnostics: { category: string; location: { path: string | { file: string } } }[];
  };
  const found = diagnostics.map(({ category, location: { path } }) => ({
    file: (typeof path === 'string' ? path : path.file).replaceAll('\\', '/').replace(/^\.\//, ''),
    rule: category.split('/').at(-1) ?? category,
  }));
  return new Map(
    [...Map.groupBy(found, ({ file }) => file)].map(([file, list]) => [file, list.map(({ rule }) => rule)]),
  );
}

function runBiome(folder: string): Promise<string> {
  const biome = join(root, 'node_modules/@biomejs/biome/bin/biome');
  const args = [
    biome,
    'lint',
    '--reporter=json',
    '--max-diagnostics=none',
    '--only=style/noRestrictedImports',
  ];
  return new Promise((resolve) => {
    // It exits with 1 when it refuses anything, which here it must.
    execFile(
      process.execPath,
      [...args, '--only=correctness/noUndeclaredDependencies', '.'],
      { cwd: folder },
      (_, stdout) => resolve(stdout),
    );
  });
}
