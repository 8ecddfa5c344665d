import { openSnapshotFile } from '../cutover/snapshot-file.ts';
import { silentLogger } from '../telemetry/log.ts';

/** A process that saves one version after the other, as fast as it can, until it is killed or has saved the last. */
const [path = '', name = 'auth', last = 'Infinity'] = process.argv.slice(2);

const file = openSnapshotFile({ path, logger: silentLogger() });
let version = file.load().get(name)?.version ?? 0;
while (version < Number(last)) {
  version += 1;
  const cutover = {
    stage: 'rollout',
    rolloutPercent: 1,
    allow: [],
    deny: [],
    version,
    why: 'w'.repeat(20_000),
  } as const;
  file.save(new Map([[name, cutover]]));
  await file.close();
  process.stdout.write(`${version}\n`);
}
