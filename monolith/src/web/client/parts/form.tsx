import { type ComponentChildren, createContext } from 'preact';
import { useContext, useEffect, useId, useRef, useState } from 'preact/hooks';
import { type Failure, fieldOfCode, wordingOf } from '../api/failure.ts';

/** What was typed, by field; files are read from their own part. */
export type FormValues = Readonly<Record<string, string>>;

export interface FieldFault {
  readonly field: string;
  readonly message: string;
}

interface FormContext {
  readonly labels: Readonly<Record<string, string>>;
  readonly faults: readonly FieldFault[];
  readonly idOf: (field: string) => string;
}

const Context = createContext<FormContext>({ labels: {}, faults: [], idOf: (field) => field });

export interface FormProps {
  /** Each field's label: the summary of errors names the fields by them. */
  readonly labels: Readonly<Record<string, string>>;
  readonly submitLabel: string;
  /** Undefined when it went well. */
  readonly onSubmit: (values: FormValues) => Promise<Failure | undefined>;
  readonly onCancel?: () => void;
  /** Shown beside the button while it is sent. */
  readonly progress?: ComponentChildren;
  readonly children: ComponentChildren;
}

/**
 * A form that is judged by the contract: faults are shown at their fields and summed up above, where the focus goes.
 * What was typed stays as it is.
 */
export function Form({ labels, submitLabel, onSubmit, onCancel, progress, children }: FormProps) {
  const prefix = useId();
  const summary = useRef<HTMLDivElement>(null);
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState<Failure | undefined>(undefined);
  const isMounted = useRef(true);
  useEffect(() => {
    isMounted.current = true;
    return () => {
      isMounted.current = false;
    };
  }, []);

  const idOf = (field: string) => `${prefix}-${field}`;
  const faults = failed === undefined ? [] : inOrder(fieldFaultsOf(failed), Object.keys(labels));

  async function submit(event: SubmitEvent) {
    event.preventDefault();
    if (busy) return;
    const values = valuesOf(event.currentTarget as HTMLFormElement);
    setBusy(true);
    const outcome = await onSubmit(values);
    if (!isMounted.current) return;
    setBusy(false);
    setFailed(outcome);
  }

  useEffect(() => {
    if (failed !== undefined) summary.current?.focus();
  }, [failed]);

  return (
    <Context.Provider value={{ labels, faults, idOf }}>
      <form class="form" noValidate onSubmit={submit} aria-busy={busy}>
        {failed !== undefined && (
          <div class="notice notice-bad" role="alert" tabIndex={-1} ref={summary}>
            {faults.length === 0 ? (
              <p>{wordingOf(failed)}</p>
            ) : (
              <>
                <p class="notice-title">Please look at this again</p>
                <ul>
                  {faults.map(({ field, message }) => (
                    <li key={field}>
                      <a href={`#${idOf(field)}`} onClick={(event) => goToField(event, idOf(field))}>
                        {labels[field]} {message}
                      </a>
                    </li>
                  ))}
                </ul>
              </>
            )}
          </div>
        )}
        {children}
        <div class="actions">
          <button type="submit" class="button button-primary" disabled={busy}>
            {submitLabel}
          </button>
          {onCancel && (
            <button type="button" class="button" onClick={onCancel}>
              Cancel
            </button>
          )}
          {busy && progress}
        </div>
      </form>
    </Context.Provider>
  );
}

/** What a field must know of the form around it. */
export function useField(name: string) {
  const { labels, faults, idOf } = useContext(Context);
  const fault = faults.find(({ field }) => field === name);
  return { id: idOf(name), label: labels[name] ?? name, error: fault?.message };
}

/** As the fields are, whatever order they were judged in; what is about none of them is told as a whole. */
function inOrder(faults: readonly FieldFault[], fields: readonly string[]): readonly FieldFault[] {
  return fields.flatMap((field) => faults.filter((fault) => fault.field === field));
}

function goToField(event: MouseEvent, id: string): void {
  event.preventDefault();
  document.getElementById(id)?.focus();
}

function valuesOf(form: HTMLFormElement): FormValues {
  const values: Record<string, string> = {};
  for (const [name, value] of new FormData(form)) {
    if (typeof value === 'string') values[name] = value;
  }
  return values;
}

/** One fault for each field: the first, since the others mostly follow from it. */
function fieldFaultsOf(failed: Failure): readonly FieldFault[] {
  const field = fieldOfCode[failed.code];
  if (field !== undefined) return [{ field, message: wordingOf(failed) }];
  const byField = new Map<string, string>();
  for (const { path, message } of failed.details) {
    const name = path.replace(/^body\./, '');
    if (!byField.has(name)) byField.set(name, message);
  }
  return Array.from(byField, ([name, message]) => ({ field: name, message }));
}
