import { InvalidArgumentError, Option } from 'commander';
import { movesForward } from '../../cutover/judge-transition.ts';
import type { AnswerOf } from '../../ops/api/ops-route.ts';
import type { OpsRoutes } from '../../ops/api/routes.ts';
import { confirm } from '../ask.ts';
import { type Cli, whyOption, yesOption } from '../cli.ts';
import { CliFault } from '../cli-fault.ts';
import type { Palette } from '../text/colour.ts';
import { relativeTime } from '../text/relative-time.ts';
import { fromToText, stateText } from '../text/state-text.ts';
import { fitted, tableText } from '../text/table.ts';
import { bodyOf, changed, forceOption } from './move.ts';

type Changes = AnswerOf<OpsRoutes['listChanges']>['changes'];

interface HistoryFlags {
  readonly limit: number;
  readonly before?: string;
}

interface RevertFlags {
  readonly why: string;
  readonly force?: true;
  readonly yes?: true;
}

/** `history` and `revert`: the audit log, and the way back along it. */
export function addHistory({ add }: Cli): void {
  add<HistoryFlags>('history', 'who changed what, when and why, newest first', async (run) => {
    const { client, flags, args, palette } = run;
    const [capability] = args;
    const query = {
      limit: flags.limit,
      ...(capability === undefined ? {} : { capability }),
      ...(flags.before === undefined ? {} : { before: flags.before }),
    };
    const answer = await client.call('listChanges', { query });
    return { text: historyText(answer.changes, palette, Date.now()), json: answer };
  })
    .argument('[capability]')
    .addOption(new Option('--limit <number>', 'at most this many').default(20).argParser(limitOf))
    .option('--before <change>', 'only what is older than this change');

  add<RevertFlags>('revert', 'brings a capability back to where it was before a change', async (run) => {
    const { client, flags, process, args } = run;
    const [id = ''] = args;
    const { change } = await client.call('readChange', { params: { id } });
    const status = await client.call('readStatus', {});
    const current = status.capabilities.find(({ name }) => name === change.capability);
    if (current === undefined)
      throw new CliFault(`the gateway’s plan has no capability ${change.capability}`);
    if (change.from.stage !== 'legacy' && movesForward(current, change.from)) {
      const question = `This sends callers of ${change.capability} forward, from ${stateText(current)} to ${stateText(change.from)}.`;
      await confirm(`${question} Go on?`, flags.yes === true, process);
    }
    return changed(await client.call('revertChange', { params: { id }, body: bodyOf(flags) }));
  })
    .argument('<change>', 'its id, as banyan history shows it')
    .addOption(whyOption())
    .addOption(forceOption())
    .addOption(yesOption());
}

const screenWidth = 80;

/** Two lines to a change, for whys are long. */
function historyText(changes: Changes, palette: Palette, nowMs: number): string {
  if (changes.length === 0) return 'nothing was ever changed\n';
  const rows = changes.map((it) => [
    it.id,
    palette.strong(it.capability),
    fromToText(it.from, it.to),
    palette.dim(`${it.by}, ${relativeTime(it.at, nowMs)}`),
  ]);
  const lines = tableText(rows).split('\n');
  return changes
    .map((change, i) => {
      const notes = [
        ...(change.forced ? ['forced'] : []),
        ...(change.reverts === undefined ? [] : [`reverts ${change.reverts}`]),
        change.why,
      ];
      return `${lines[i]}\n${palette.dim(`  ${fitted(notes.join(': '), screenWidth - 2)}`)}\n`;
    })
    .join('');
}

function limitOf(text: string): number {
  if (/^\d{1,3}$/.test(text) && Number(text) >= 1 && Number(text) <= 200) return Number(text);
  throw new InvalidArgumentError('It must be 1 to 200.');
}
