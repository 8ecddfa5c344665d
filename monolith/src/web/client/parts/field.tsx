import { useField } from './form.tsx';

export interface FieldProps {
  readonly name: string;
  readonly type?: 'text' | 'email' | 'password' | 'tel' | 'number';
  readonly value?: string | number | null;
  readonly hint?: string;
  readonly optional?: boolean;
  readonly autocomplete?: string;
  /** Above 1, a field for text of several lines. */
  readonly rows?: number;
  readonly onInput?: (value: string) => void;
}

/** A number is typed as text: number fields change under a scrolling wheel, and hide what they cannot read. */
const attributesOf = {
  text: { type: 'text' },
  email: { type: 'email', autocapitalize: 'none' },
  password: { type: 'password' },
  tel: { type: 'tel' },
  number: { type: 'text', inputMode: 'numeric' },
} as const;

/** A labelled field whose hint and fault are tied to it. */
export function Field({ name, type = 'text', value, hint, optional = false, rows = 1, ...rest }: FieldProps) {
  const { id, label, error } = useField(name);
  const hintId = `${id}-hint`;
  const errorId = `${id}-error`;
  const describedBy = [hint && hintId, error && errorId].filter(Boolean).join(' ') || undefined;
  const { onInput, autocomplete } = rest;
  const shared = {
    id,
    name,
    defaultValue: String(value ?? ''),
    'aria-describedby': describedBy,
    'aria-invalid': error ? (true as const) : undefined,
    'aria-required': optional ? undefined : (true as const),
  };
  return (
    <div class={error ? 'field field-bad' : 'field'}>
      <label for={id}>
        {label}
        {optional && <span class="optional"> (optional)</span>}
      </label>
      {hint && (
        <p class="hint" id={hintId}>
          {hint}
        </p>
      )}
      {error && (
        <p class="field-error" id={errorId}>
          {label} {error}
        </p>
      )}
      {rows > 1 ? (
        <textarea {...shared} rows={rows} onInput={(event) => onInput?.(event.currentTarget.value)} />
      ) : (
        <input
          {...shared}
          {...attributesOf[type]}
          autocomplete={autocomplete ?? 'off'}
          onInput={(event) => onInput?.(event.currentTarget.value)}
        />
      )}
    </div>
  );
}
