import { InvalidArgumentError, Option } from 'commander';
import { type Stage, stages } from '../../cutover/cutover.ts';
import type { ChangeAnswer } from '../../ops/api/schemas.ts';
import { confirm } from '../ask.ts';
import { type Cli, type Outcome, whyOption, yesOption } from '../cli.ts';
import { CliFault } from '../cli-fault.ts';
import { changeText } from '../text/state-text.ts';

interface MoveFlags {
  readonly why: string;
  readonly force?: true;
  readonly yes?: true;
  readonly expectVersion?: number;
}

/** `stage` and `rollout`: forward where the preconditions hold, and back. */
export function addMoves({ add }: Cli): void {
  add<MoveFlags>('stage', 'moves a capability to a stage', async ({ client, flags, process, args }) => {
    const [name = '', stage = ''] = args;
    if (stage === 'retired') {
      const question = `retired is final: ${name} can never go back to legacy.`;
      await confirm(`${question} Go on?`, flags.yes === true, process);
    }
    const body = { stage: stage as Stage, ...bodyOf(flags) };
    return changed(await client.call('setStage', { params: { name }, body }));
  })
    .argument('<capability>')
    .argument('<stage>', stages.join(', '), stageOf)
    .addOption(whyOption())
    .addOption(forceOption())
    .addOption(expectVersionOption())
    .addOption(yesOption());

  add<MoveFlags>('rollout', 'gives the service a share of the callers', async ({ client, flags, args }) => {
    const [name = '', percent = ''] = args;
    const body = { percent: Number(percent), ...bodyOf(flags) };
    return changed(await client.call('setRollout', { params: { name }, body }));
  })
    .argument('<capability>')
    .argument('<percent>', '0 to 100, to 0.01', percentOf)
    .addOption(whyOption())
    .addOption(forceOption())
    .addOption(expectVersionOption());
}

export function addRollback({ add }: Cli): void {
  add<{ why: string; all?: true }>(
    'rollback',
    'brings a capability back to legacy at once; nothing is checked first',
    async ({ client, flags, args: [name] }) => {
      if ((name === undefined) === (flags.all === undefined)) {
        throw new CliFault('name one capability, or give --all', { exitCode: 2 });
      }
      const { why } = flags;
      if (name !== undefined)
        return changed(await client.call('rollBack', { params: { name }, body: { why } }));
      const answer = await client.call('rollBackAll', { body: { why } });
      const text = answer.results.map((it) => `${changeText(it)}\n`).join('');
      const failed = answer.failed.map(
        ({ capability, message }) => `${capability} was not rolled back: ${message}`,
      );
      return { text, json: answer, refused: failed.length === 0 ? undefined : failed.join(' ') };
    },
  )
    .argument('[capability]')
    .option('--all', 'every capability that is not retired')
    .addOption(whyOption());
}

export function changed(answer: ChangeAnswer): Outcome {
  return { text: `${changeText(answer)}\n`, json: answer };
}

export function forceOption(): Option {
  return new Option('--force', 'go on though preconditions are not met; recorded');
}

export function expectVersionOption(): Option {
  return new Option('--expect-version <number>', 'refuse if someone else was faster').argParser((text) => {
    if (!/^\d{1,9}$/.test(text))
      throw new InvalidArgumentError('It must be a version, as in banyan status --json.');
    return Number(text);
  });
}

export function bodyOf({ why, force, expectVersion }: MoveFlags) {
  return {
    why,
    force: force === true,
    ...(expectVersion === undefined ? {} : { expectedVersion: expectVersion }),
  };
}

function stageOf(text: string): string {
  if ((stages as readonly string[]).includes(text)) return text;
  throw new InvalidArgumentError(`The stages are ${stages.join(', ')}.`);
}

function percentOf(text: string): string {
  const percent = text.replace(/%$/, '');
  if (/^\d{1,3}(\.\d{1,2})?$/.test(percent) && Number(percent) <= 100) return percent;
  throw new InvalidArgumentError('It must be 0 to 100, to 0.01.');
}
