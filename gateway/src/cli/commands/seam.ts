import { InvalidArgumentError, Option } from 'commander';
import type { SeamReport } from '../../ops/api/schemas.ts';
import { confirm } from '../ask.ts';
import { type Cli, type CommandRun, nonEmpty, type Outcome, yesOption } from '../cli.ts';
import { CliFault } from '../cli-fault.ts';
import { createProgressBar } from '../text/progress-bar.ts';

const actions = ['status', 'advance', 'back', 'verify', 'backfill'] as const;
type Action = (typeof actions)[number];

interface SeamFlags {
  readonly why?: string;
  readonly yes?: true;
}

export function addSeam({ add }: Cli): void {
  add<SeamFlags>('seam', 'shows or moves the place where both sides share their data', async (run) => {
    const { client, flags, process, args } = run;
    const [name = '', word = ''] = args;
    const action = word as Action;
    if (action === 'status') {
      const report = await client.call('readSeam', { params: { name } });
      return { text: seamText(name, report), json: report };
    }
    const { why } = flags;
    if (why === undefined) throw new CliFault('--why is required to move a seam', { exitCode: 2 });
    if (action === 'back') {
      await confirm(
        `This gives the data of ${name} back to legacy alone. Go on?`,
        flags.yes === true,
        process,
      );
    }
    return moveSeam(run, name, action, why);
  })
    .argument('<capability>')
    .argument('<action>', actions.join(', '), actionOf)
    .addOption(new Option('--why <text>', 'the reason, for the log; required to move').argParser(nonEmpty))
    .addOption(yesOption());
}

/** Long work is done in slices; each is asked for until none is left, or a few in a row get nowhere. */
async function moveSeam(
  { client, process }: CommandRun<SeamFlags>,
  name: string,
  action: Exclude<Action, 'status'>,
  why: string,
): Promise<Outcome> {
  const before = await client.call('readSeam', { params: { name } });
  const bar = createProgressBar(process);
  let idle = 0;
  for (let done = -1; ; ) {
    const report = await client.call('moveSeam', { params: { name, action }, body: { why } });
    const { work } = report;
    if (work === undefined || work.done + work.failed >= work.total) {
      bar.end();
      const failed = work?.failed ?? 0;
      return {
        text: movedText(name, before, report),
        json: report,
        refused: failed === 0 ? undefined : `${name}: ${failed} of ${work?.name} failed`,
      };
    }
    bar.show(work.name, work.done + work.failed, work.total);
    idle = work.done + work.failed > done ? 0 : idle + 1;
    done = work.done + work.failed;
    if (idle === 3) {
      bar.end();
      throw new CliFault(`${name}: ${work.name} gets no further than ${done} of ${work.total}`);
    }
  }
}

function movedText(name: string, before: SeamReport, after: SeamReport): string {
  const took = after.took === undefined ? '' : ` in ${Math.round(after.took)} ms`;
  const head =
    before.state === after.state
      ? `${name} seam: still ${after.state}`
      : `${name} seam: ${before.state} → ${after.state}${took}`;
  return `${head}\n${workText(after)}`;
}

function seamText(name: string, report: SeamReport): string {
  const { state, states, ready, next, previous } = report;
  const path = states.map((it) => (it === state ? `[${it}]` : it)).join(' → ');
  const ways = [
    ...(next === null ? [] : [`advance leads to ${next}`]),
    ...(previous === null ? [] : [`back leads to ${previous}`]),
  ];
  const readiness = ready ? 'ready for the service' : 'not ready for the service';
  return `${name} seam: ${path}, ${readiness}\n${ways.map((way) => `  ${way}\n`).join('')}${workText(report)}`;
}

function workText({ work }: SeamReport): string {
  if (work === undefined) return '';
  const failed = work.failed === 0 ? '' : `, ${work.failed} failed`;
  return `  ${work.name}: ${work.done} of ${work.total}${failed}\n`;
}

function actionOf(text: string): string {
  if ((actions as readonly string[]).includes(text)) return text;
  throw new InvalidArgumentError(`The actions are ${actions.join(', ')}.`);
}
