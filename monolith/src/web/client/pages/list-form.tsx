import type { Waitlist } from '@banyan/contracts';
import { call } from '../api/call.ts';
import type { Failure } from '../api/failure.ts';
import { Field } from '../parts/field.tsx';
import { Form, type FormValues } from '../parts/form.tsx';

export interface ListFormProps {
  /** The list that is changed; a new one is made without it. */
  readonly waitlist?: Waitlist;
  readonly onSaved: (waitlist: Waitlist) => void;
}

const labels = { name: 'Name', minutesPerParty: 'Minutes for each party', slug: 'End of the join link' };

export function ListForm({ waitlist, onSaved }: ListFormProps) {
  async function save({ name = '', minutesPerParty, slug }: FormValues): Promise<Failure | undefined> {
    const body = { name, minutesPerParty: Number(minutesPerParty), ...(slug ? { slug } : {}) };
    const outcome =
      waitlist === undefined
        ? await call('createWaitlist', { body })
        : await call('updateWaitlist', { params: { id: waitlist.id }, body });
    if (!outcome.ok) return outcome;
    onSaved(outcome.body);
    return undefined;
  }
  return (
    <Form
      labels={labels}
      submitLabel={waitlist === undefined ? 'Create list' : 'Save changes'}
      onSubmit={save}
    >
      <Field name="name" value={waitlist?.name ?? ''} hint="Your guests see it, as in “Trattoria Fico”." />
      <Field
        name="minutesPerParty"
        type="number"
        value={waitlist?.minutesPerParty ?? 10}
        hint="How long each party ahead makes the next one wait. Estimates are made from it."
      />
      <Field
        name="slug"
        value={waitlist?.slug ?? ''}
        optional={waitlist === undefined}
        hint={
          waitlist === undefined
            ? `${location.host}/join/… Made from the name when left empty.`
            : `${location.host}/join/… Links and codes given out before stop working when you change it.`
        }
      />
    </Form>
  );
}
