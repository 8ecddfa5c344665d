import fc from 'fast-check';
import type { RawRequest } from '../http/raw-request.ts';
import { type ScriptedWitness, scriptHeader } from '../witness/script.ts';
import { sendBothWays } from './both-ways.ts';
import { compareArrivals, compareOutcomes } from './compare.ts';
import { generatedExchange } from './generate-exchange.ts';
import type { Judged } from './report.ts';

export interface WitnessRun {
  readonly witness: ScriptedWitness;
  readonly gatewayPort: number;
  readonly seed: number;
  readonly requests: number;
}

/** Sends generated requests direct and through the gateway, and compares both what came back and what arrived. */
export async function compareOnWitness({
  witness,
  gatewayPort,
  seed,
  requests,
}: WitnessRun): Promise<Judged[]> {
  const judged: Judged[] = [];
  const exchanges = fc.sample(generatedExchange, { seed, numRuns: requests });

  await sendBothWays(
    exchanges,
    { directPort: witness.port, gatewayPort },
    async ({ request, script }, direct, gateway, index) => {
      const id = `${seed}-${index}`;
      const sent: RawRequest = {
        ...request,
        headers: [['Host', 'waitlist.example'], [scriptHeader, id], ...request.headers],
      };
      witness.script(id, script);
      const directOutcome = await direct(sent);
      const directArrivals = witness.takeReceived(id);
      witness.script(id, script);
      const gatewayOutcome = await gateway(sent);
      const gatewayArrivals = witness.takeReceived(id);
      judged.push({
        request: sent,
        differences: [
          ...compareOutcomes(directOutcome, gatewayOutcome, (response) => response),
          ...compareArrivals(directArrivals, gatewayArrivals),
        ],
      });
    },
  );
  return judged;
}
