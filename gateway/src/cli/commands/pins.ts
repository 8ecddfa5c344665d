import { type Cli, whyOption } from '../cli.ts';
import { changed } from './move.ts';

interface PinFlags {
  readonly why: string;
  readonly remove?: true;
}

/** `allow` and `deny`: pin callers to a side, by whatever the plan tells callers apart by. */
export function addPins({ add }: Cli): void {
  for (const list of ['allow', 'deny'] as const) {
    const side = list === 'allow' ? 'the service' : 'legacy';
    add<PinFlags>(list, `pins callers to ${side}, or unpins them`, async ({ client, flags, args }) => {
      const [name = '', ...keys] = args;
      const body = { keys, remove: flags.remove === true, why: flags.why };
      return changed(await client.call(list, { params: { name }, body }));
    })
      .argument('<capability>')
      .argument(
        '<key...>',
        'token subjects, cookie or header values, or addresses, as the plan’s cohort keys say',
      )
      .option('--remove', `take them off the ${list} list`)
      .addOption(whyOption());
  }
}
