import type { Knex } from 'knex';

/**
 * All that a move could change of the tables that are not the service's alone: names, owners, columns, constraints, indexes,
 * triggers and grants, as text that can be compared.
 */
export async function readCatalogue(db: Knex): Promise<readonly string[]> {
  const { rows } = (await db.raw(`
    WITH relations AS (
      SELECT relation.*, format('%I.%I', nspname, relname) AS full_name
      FROM pg_class AS relation JOIN pg_namespace ON pg_namespace.oid = relnamespace
      WHERE nspname IN ('public', 'auth') AND relname NOT LIKE 'signing_keys%'
    )
    SELECT format('%s kind %s owner %s', full_name, relkind, relowner::regrole) AS line FROM relations
    UNION ALL
    SELECT format('%s column %s %s %s not null %s default %s', full_name, attname,
        row_number() OVER (PARTITION BY attrelid ORDER BY attnum),
        format_type(atttypid, atttypmod), attnotnull, pg_get_expr(adbin, adrelid))
      FROM relations JOIN pg_attribute ON attrelid = relations.oid
      LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
      WHERE attnum > 0 AND NOT attisdropped AND relkind IN ('r', 'v') AND attname NOT LIKE 'argon2id%'
    UNION ALL
    SELECT format('%s constraint %s %s', full_name, conname, pg_get_constraintdef(pg_constraint.oid))
      FROM relations JOIN pg_constraint ON conrelid = relations.oid
    UNION ALL
    SELECT format('%s index %s', full_name, pg_get_indexdef(indexrelid))
      FROM relations JOIN pg_index ON indrelid = relations.oid
    UNION ALL
    SELECT format('%s trigger %s', full_name, pg_get_triggerdef(pg_trigger.oid))
      FROM relations JOIN pg_trigger ON tgrelid = relations.oid WHERE NOT tgisinternal
    UNION ALL
    SELECT format('%s grant %s to %s by %s', full_name, privilege_type, grantee::regrole, grantor::regrole)
      FROM relations, aclexplode(coalesce(relacl, acldefault('r', relowner))) WHERE relkind IN ('r', 'v')
    UNION ALL
    SELECT format('%s column grant %s %s to %s', full_name, attname, privilege_type, grantee::regrole)
      FROM relations JOIN pg_attribute ON attrelid = relations.oid, aclexplode(attacl)
    UNION ALL
    SELECT format('schema %s owner %s grants %s', nspname, nspowner::regrole, nspacl)
      FROM pg_namespace WHERE nspname IN ('public', 'auth')
    ORDER BY line
  `)) as { rows: readonly { line: string }[] };
  return rows.map(({ line }) => line);
}
