import { overrideCookie, overrideCookieValue, overrideHeader, signOverride } from '../../cutover/override.ts';
import type { Plan } from '../../plan/plan.ts';
import { OpsError } from '../api/ops-error.ts';
import type { OpsHandlers } from '../http/bind-routes.ts';
import { requireCapability } from '../require-capability.ts';

export interface OverrideHandlersDeps {
  readonly plan: Plan;
  /** None where it could neither be read nor made. */
  readonly secret: string | undefined;
  readonly now: () => Date;
}

export function createOverrideHandlers({
  plan,
  secret,
  now,
}: OverrideHandlersDeps): Pick<OpsHandlers, 'signOverride'> {
  return {
    async signOverride({ params: { name }, body: { side, forSeconds } }) {
      requireCapability(plan, name);
      if (secret === undefined) {
        throw new OpsError(
          'refused',
          'This gateway has no OVERRIDE_SECRET, and could not keep one of its own.',
        );
      }
      const expiresAtSeconds = Math.floor(now().getTime() / 1_000) + forSeconds;
      const value = signOverride({ capability: name, side, expiresAtSeconds }, secret);
      return {
        header: overrideHeader,
        value,
        cookie: `${overrideCookie}=${overrideCookieValue(value)}`,
        expiresAt: new Date(expiresAtSeconds * 1_000).toISOString(),
      };
    },
  };
}
