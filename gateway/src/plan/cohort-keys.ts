import { z } from 'zod';

export type CohortKey = 'token' | 'address' | `cookie:${string}` | `header:${string}`;

const form = /^(?:token|address|(?:cookie|header):[!#$%&'*+\-.^_`|~0-9A-Za-z]+)$/;
const internal = /^(?:header:x-banyan-.*|cookie:banyan_override)$/i;

const cohortKey = z.string().transform((text, ctx): CohortKey => {
  if (!form.test(text)) {
    ctx.addIssue({ code: 'custom', message: 'must be "token", "cookie:NAME", "header:NAME" or "address"' });
    return z.NEVER;
  }
  if (internal.test(text)) {
    ctx.addIssue({ code: 'custom', message: "is the gateway's own, and says nothing of who asks" });
    return z.NEVER;
  }
  return text as CohortKey;
});

/** What tells callers apart, in order: the first that a request has counts. */
export const cohortKeys = z
  .array(cohortKey)
  .min(1)
  .refine((keys) => new Set(keys).size === keys.length, 'names a key twice')
  .default(['token', 'address']);
