import type { DoctorReport } from '../../ops/api/schemas.ts';
import type { Cli } from '../cli.ts';
import type { Palette } from '../text/colour.ts';
import { tableText } from '../text/table.ts';

export function addDoctor({ add }: Cli): void {
  add(
    'doctor',
    'looks at all that the gateway depends on, and says what to do',
    async ({ client, palette }) => {
      const report = await client.call('examine', {});
      return { text: doctorText(report, palette), json: report, exitCode: report.healthy ? 0 : 1 };
    },
  );
}

/** Advice stands below what it is for. */
export function doctorText({ checks }: DoctorReport, palette: Palette): string {
  const colour = { ok: palette.good, warn: palette.warning, fail: palette.bad };
  const table = tableText(
    checks.map(({ name, verdict, detail }) => [colour[verdict](verdict), name, detail]),
  );
  const lines = table.split('\n');
  return checks
    .map(({ advice }, i) => `${lines[i]}\n${advice === undefined ? '' : `      → ${advice}\n`}`)
    .join('');
}
