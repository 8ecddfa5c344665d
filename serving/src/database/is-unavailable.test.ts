import { describe, expect, it } from '@jest/globals';
import { isDatabaseUnavailable } from './is-unavailable.ts';

/** Named by what they say, without their stacks. */
const named = (...faults: readonly unknown[]) => faults.map((fault) => [String(fault), fault] as const);

const withCode = (message: string, code: string) => Object.assign(new Error(message), { code });

describe('a database that could not do the work now', () => {
  it.each(
    named(
      withCode('terminating connection due to unexpected postmaster exit', '57P01'),
      withCode('connection failure', '08006'),
      withCode('connect ECONNREFUSED 127.0.0.1:5432', 'ECONNREFUSED'),
      new Error('Connection terminated unexpectedly'),
      new Error('select 1 - Connection terminated unexpectedly'),
      // What a transaction meets whose connection was lost between two of its statements.
      new Error('ROLLBACK - Client has encountered a connection error and is not queryable'),
      new Error('timeout exceeded when trying to connect'),
    ),
  )('is known by %s', (_, fault) => {
    expect(isDatabaseUnavailable(fault)).toBe(true);
  });

  it.each(
    named(
      withCode('duplicate key value violates unique constraint', '23505'),
      withCode('permission denied for table users', '42501'),
      new Error('insert into "users" values ($1) - column "nobody" does not exist'),
      'Connection terminated',
      undefined,
    ),
  )('is not meant by %s', (_, fault) => {
    expect(isDatabaseUnavailable(fault)).toBe(false);
  });
});
