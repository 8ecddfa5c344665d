import { fillTemplate, type NotificationTemplates, templatePlaceholders } from '@banyan/contracts';
import { useEffect, useState } from 'preact/hooks';
import { call } from '../api/call.ts';
import { type Failure, wordingOf } from '../api/failure.ts';
import { announce } from '../parts/announcer.tsx';
import { Field } from '../parts/field.tsx';
import { Form, type FormValues } from '../parts/form.tsx';
import { Notice } from '../parts/notice.tsx';

export interface TemplatesFormProps {
  readonly waitlistId: string;
  readonly listName: string;
}

/** Fields are named by their place in the body, so that the contract's faults find them. */
const labels = {
  'called.subject': 'Subject when called',
  'called.text': 'Text when called',
  'reminder.subject': 'Subject of the reminder',
  'reminder.text': 'Text of the reminder',
};

export function TemplatesForm({ waitlistId, listName }: TemplatesFormProps) {
  const [templates, setTemplates] = useState<NotificationTemplates | undefined>(undefined);
  const [failed, setFailed] = useState<Failure | undefined>(undefined);
  const [calledText, setCalledText] = useState('');

  useEffect(() => {
    void call('getNotificationTemplates', { params: { id: waitlistId } }).then((outcome) => {
      if (!outcome.ok) return setFailed(outcome);
      setTemplates(outcome.body);
      setCalledText(outcome.body.called.text);
    });
  }, [waitlistId]);

  async function save(values: FormValues): Promise<Failure | undefined> {
    const body = {
      called: { subject: values['called.subject'] ?? '', text: values['called.text'] ?? '' },
      reminder: { subject: values['reminder.subject'] ?? '', text: values['reminder.text'] ?? '' },
    };
    const outcome = await call('putNotificationTemplates', { params: { id: waitlistId }, body });
    if (!outcome.ok) return outcome;
    announce('The texts were saved.');
    return undefined;
  }

  const sample = { guest: 'Ada', waitlist: listName, partySize: '2', placeUrl: `${location.origin}/place/…` };
  return (
    <section class="card" aria-labelledby="templates-title">
      <h2 id="templates-title">What guests are written</h2>
      <p class="muted">
        Filled in for each guest:{' '}
        {templatePlaceholders.map((name) => (
          <span key={name}>
            <code>{`{{${name}}}`}</code>{' '}
          </span>
        ))}
      </p>
      {failed !== undefined && <Notice tone="bad">{wordingOf(failed)}</Notice>}
      {templates !== undefined && (
        <Form labels={labels} submitLabel="Save texts" onSubmit={save}>
          <Field name="called.subject" value={templates.called.subject} />
          <Field name="called.text" rows={7} value={templates.called.text} onInput={setCalledText} />
          <details class="preview">
            <summary>How it reads</summary>
            <pre>{fillTemplate(calledText, sample)}</pre>
          </details>
          <Field name="reminder.subject" value={templates.reminder.subject} />
          <Field name="reminder.text" rows={7} value={templates.reminder.text} />
        </Form>
      )}
    </section>
  );
}
