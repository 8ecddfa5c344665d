import { config } from 'zod';

/**
 * Imported before anything that judges. zod would compile its schemas with `new Function`, which the pages' policy
 * forbids; and it speaks of "expected string to have <=80 characters" where people read it.
 */
config({
  jitless: true,
  customError(issue) {
    if (issue.code === 'invalid_type') return 'must be filled in';
    if (issue.code === 'too_small' && issue.origin === 'string')
      return `must have at least ${issue.minimum} characters`;
    if (issue.code === 'too_big' && issue.origin === 'string')
      return `must have at most ${issue.maximum} characters`;
    if (issue.code === 'too_small') return `must be at least ${issue.minimum}`;
    if (issue.code === 'too_big') return `must be at most ${issue.maximum}`;
    return undefined;
  },
});
