import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Gateway, startGateway } from '../stack/start-gateway.ts';
import { type ScriptedWitness, startScriptedWitness } from '../witness/script.ts';
import { readTransparencyConfig } from './config.ts';
import { reportOn } from './report.ts';
import { compareOnWitness } from './witness-suite.ts';

describe('transparency, in front of a server that may answer anything', () => {
  let witness: ScriptedWitness;
  let gateway: Gateway;

  beforeAll(async () => {
    witness = await startScriptedWitness();
    gateway = await startGateway({ upstream: witness.url });
  }, 30_000);
  afterAll(async () => {
    await gateway.stop();
    await witness.close();
  });

  const { seed, requests, timeoutMs } = readTransparencyConfig(process.env);

  it(
    'neither requests nor answers show that there is a gateway',
    async () => {
      const judged = await compareOnWitness({ witness, gatewayPort: gateway.port, seed, requests });
      const { line, details } = reportOn('any server', seed, judged);
      process.stdout.write(`${line}\n`);
      expect(details).toBe('');
    },
    timeoutMs,
  );
});
