import { refresh, refreshKeyed, refreshLost, refreshTwiceAtOnce, replay } from './exchange-steps.ts';
import { type Journey, live, registerAccount } from './journey.ts';
import { changePassword, changePasswordWrongly, reset } from './password-steps.ts';
import {
  changeProfile,
  login,
  loginWrongly,
  logout,
  readElsewhere,
  readMe,
  tryEnded,
} from './session-steps.ts';

const steps = {
  readMe,
  readElsewhere,
  tryEnded,
  refresh,
  refreshTwiceAtOnce,
  refreshLost,
  refreshKeyed,
  replay,
  login,
  loginWrongly,
  logout,
  changeProfile,
  changePassword,
  changePasswordWrongly,
  reset,
  async register(journey: Journey) {
    journey.account = await registerAccount(journey);
  },
} as const satisfies Readonly<Record<string, (journey: Journey) => Promise<void>>>;

type Step = keyof typeof steps;

/** Few steps end every session, so that some grow old. */
const weights: Readonly<Record<Step, number>> = {
  readMe: 24,
  readElsewhere: 8,
  tryEnded: 10,
  refresh: 12,
  refreshTwiceAtOnce: 4,
  refreshLost: 6,
  refreshKeyed: 4,
  replay: 6,
  login: 8,
  loginWrongly: 2,
  logout: 4,
  changeProfile: 5,
  changePassword: 1.5,
  changePasswordWrongly: 1,
  reset: 1,
  register: 1,
};

/** One user's life, step by step, until `more` says that it is enough. */
export async function walk(journey: Journey, more: () => boolean): Promise<void> {
  const { seeded, findings } = journey;
  while (more()) {
    // Whoever has no session has one thing to do.
    const step: Step = live(journey).length === 0 ? 'login' : seeded.weighted(weights);
    try {
      await steps[step](journey);
    } catch (error) {
      findings.report(
        'unexpected',
        `${journey.name}, ${step}: ${error instanceof Error ? error.stack : error}`,
      );
    }
    findings.count(step);
  }
}
