import type { Cutover } from '../../cutover/cutover.ts';
import type { Plan } from '../../plan/plan.ts';
import type { Logger } from '../../telemetry/log.ts';
import { OpsError } from '../api/ops-error.ts';
import type { SeamReport } from '../api/schemas.ts';
import { type CutoverAccess, readCutover } from '../cutovers/cutover-access.ts';
import type { OpsHandlers } from '../http/bind-routes.ts';
import { requireCapability } from '../require-capability.ts';
import type { SeamAnswer, SeamClient } from '../seams/seam-client.ts';
import { waitUntilSettled } from '../seams/wait-until-settled.ts';

export interface SeamHandlersDeps {
  readonly plan: Plan;
  readonly cutovers: CutoverAccess;
  readonly seams: SeamClient;
  readonly logger: Logger;
  /** Requests of a capability that its service has not finished answering through this gateway. */
  readonly atService: (capability: string) => number;
}

export function createSeamHandlers({
  plan,
  cutovers,
  seams,
  logger,
  atService,
}: SeamHandlersDeps): Pick<OpsHandlers, 'readSeam' | 'moveSeam'> {
  function seamOf(name: string): string {
    const { seam } = requireCapability(plan, name);
    if (seam === undefined) throw new OpsError('refused', `The plan names no seam for ${name}.`);
    return seam;
  }

  /** The service would be left without its data while it serves; nothing but a rollback makes that right. */
  async function requireNoTraffic(capability: string): Promise<void> {
    const cutover = await requireLegacy(capability);
    await waitUntilSettled(cutover, () => atService(capability));
    // Somebody may have moved it forward again meanwhile.
    await requireLegacy(capability);
  }

  async function requireLegacy(capability: string): Promise<Cutover> {
    const cutover = await readCutover(cutovers, capability);
    const { stage } = cutover;
    if (stage === 'legacy') return cutover;
    const advice = stage === 'retired' ? 'there is no way back from there' : 'roll it back first';
    throw new OpsError(
      'refused',
      `${capability} is at ${stage}, where its service needs the seam: ${advice}.`,
    );
  }

  return {
    readSeam: async ({ params }) => reportOf(params.name, await seams.read(seamOf(params.name))),
    async moveSeam({ params: { name, action }, operator, body: { why } }) {
      const url = seamOf(name);
      if (action === 'back') await requireNoTraffic(name);
      const answer = await seams.move(url, action, { why, by: operator.name });
      const outcome = answer.ok ? { state: answer.report.state } : { refused: answer.message };
      logger.info({ capability: name, action, by: operator.name, why, ...outcome }, 'seam moved');
      return reportOf(name, answer);
    },
  };
}

function reportOf(capability: string, answer: SeamAnswer): SeamReport {
  if (answer.ok) return answer.report;
  throw new OpsError(answer.refused ? 'refused' : 'seam-failed', `${capability}: ${answer.message}.`);
}
