import { maxUploadBytes, uploadMediaTypes } from '@banyan/contracts';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useField } from './form.tsx';

export interface PhotoFieldProps {
  readonly name: string;
  readonly file: File | undefined;
  readonly onFile: (file: File | undefined) => void;
  readonly hint: string;
  readonly optional?: boolean;
  /** What is shown while none is chosen. */
  readonly fallback?: ComponentChildren;
}

/** Chooses a photo, and shows it before it is sent. */
export function PhotoField({ name, file, onFile, hint, optional = false, fallback }: PhotoFieldProps) {
  const { id, label, error } = useField(name);
  const input = useRef<HTMLInputElement>(null);
  const preview = useObjectUrl(file);
  const fault = error ?? (file === undefined ? undefined : faultOf(file));
  function remove() {
    if (input.current) input.current.value = '';
    onFile(undefined);
    input.current?.focus();
  }
  return (
    <div class={fault ? 'field field-bad' : 'field'}>
      <label for={id}>
        {label}
        {optional && <span class="optional"> (optional)</span>}
      </label>
      <p class="hint" id={`${id}-hint`}>
        {hint}
      </p>
      {fault && (
        <p class="field-error" id={`${id}-error`} role={error ? undefined : 'alert'}>
          {label} {fault}
        </p>
      )}
      <div class="photo-field">
        {preview && !fault ? (
          <img class="avatar avatar-large" src={preview} alt="The chosen one" width={112} height={112} />
        ) : (
          (fallback ?? (
            <span class="avatar avatar-large avatar-empty" aria-hidden="true">
              <CameraIcon />
            </span>
          ))
        )}
        <div class="photo-choice">
          <input
            id={id}
            ref={input}
            type="file"
            accept={uploadMediaTypes.join(',')}
            aria-describedby={fault ? `${id}-hint ${id}-error` : `${id}-hint`}
            aria-invalid={fault ? true : undefined}
            onChange={(event) => onFile(event.currentTarget.files?.[0])}
          />
          {file && (
            <button type="button" class="button button-quiet" onClick={remove}>
              Remove the photo
            </button>
          )}
        </div>
      </div>
    </div>
  );
}

/** What can be told of a file without reading it; the server looks inside. */
function faultOf(file: File): string | undefined {
  const types: readonly string[] = uploadMediaTypes;
  if (!types.includes(file.type)) return 'must be a JPEG, PNG, WebP, AVIF or GIF';
  if (file.size > maxUploadBytes) return `must have at most ${maxUploadBytes / 1024 / 1024} MB`;
  return undefined;
}

function useObjectUrl(file: File | undefined): string | undefined {
  const [url, setUrl] = useState<string | undefined>(undefined);
  useEffect(() => {
    const made = file === undefined ? undefined : URL.createObjectURL(file);
    setUrl(made);
    return () => {
      if (made !== undefined) URL.revokeObjectURL(made);
    };
  }, [file]);
  return url;
}

function CameraIcon() {
  return (
    <svg viewBox="0 0 24 24" width="36" height="36" fill="none" stroke="currentColor" stroke-width="1.6">
      <title>No photo</title>
      <path d="M4 8h3l1.6-2.4h6.8L17 8h3v11H4z" stroke-linejoin="round" />
      <circle cx="12" cy="13" r="3.4" />
    </svg>
  );
}
