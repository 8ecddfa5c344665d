import type { Waitee } from '@banyan/contracts';
import { call } from '../api/call.ts';
import type { Failure } from '../api/failure.ts';
import { announce } from '../parts/announcer.tsx';
import { Field } from '../parts/field.tsx';
import { Form, type FormValues } from '../parts/form.tsx';

export interface GuestFormProps {
  readonly waitlistId: string;
  /** The guest who is changed; a new one is added without. */
  readonly waitee?: Waitee;
  readonly onSaved: (waitee: Waitee) => void;
  readonly onCancel: () => void;
}

const labels = {
  name: 'Name',
  partySize: 'Party size',
  email: 'E-mail address',
  phone: 'Telephone',
  note: 'Note',
};

export function GuestForm({ waitlistId, waitee, onSaved, onCancel }: GuestFormProps) {
  async function save(values: FormValues): Promise<Failure | undefined> {
    const outcome = waitee === undefined ? await add(waitlistId, values) : await change(waitee, values);
    if (!outcome.ok) return outcome;
    announce(
      waitee === undefined ? `${outcome.body.name} is in the line.` : `${outcome.body.name} was changed.`,
    );
    onSaved(outcome.body);
    return undefined;
  }
  return (
    <Form
      labels={labels}
      submitLabel={waitee === undefined ? 'Add' : 'Save'}
      onSubmit={save}
      onCancel={onCancel}
    >
      <Field name="name" value={waitee?.name ?? ''} />
      <Field name="partySize" type="number" value={waitee?.partySize ?? 2} />
      <Field
        name="email"
        type="email"
        value={waitee?.email ?? ''}
        optional
        hint="Gets a mail when called. Without it, call the name out."
      />
      <Field name="phone" type="tel" value={waitee?.phone ?? ''} optional />
      <Field name="note" rows={2} value={waitee?.note ?? ''} optional hint="Only you see it." />
    </Form>
  );
}

function add(waitlistId: string, { name = '', partySize, email, phone, note }: FormValues) {
  const given = { ...(email ? { email } : {}), ...(phone ? { phone } : {}), ...(note ? { note } : {}) };
  const body = { name, partySize: Number(partySize), ...given };
  return call('createWaitee', { params: { id: waitlistId }, body });
}

function change({ id, waitlistId }: Waitee, { name = '', partySize, email, phone, note }: FormValues) {
  const body = {
    name,
    partySize: Number(partySize),
    email: email || null,
    phone: phone || null,
    note: note || null,
  };
  return call('updateWaitee', { params: { id: waitlistId, waiteeId: id }, body });
}
