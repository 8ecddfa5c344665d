import { type Gateway, type GatewayOptions, startGateway } from './start-gateway.ts';

export interface Gateways {
  readonly all: readonly Gateway[];
  readonly stop: () => Promise<void>;
}

/** Several gateways with one plan and one store, each a process with a folder and ports of its own. */
export async function startGateways(
  count: number,
  databaseUrl: string,
  options: GatewayOptions,
): Promise<Gateways> {
  const environment = { CUTOVER_DATABASE_URL: databaseUrl, ...options.environment };
  const starts = await Promise.allSettled(
    Array.from({ length: count }, () => startGateway({ ...options, environment })),
  );
  const all = starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
  const stop = async () => void (await Promise.all(all.map((gateway) => gateway.stop())));
  const failed = starts.find((start) => start.status === 'rejected');
  if (failed) {
    await stop();
    throw failed.reason;
  }
  return { all, stop };
}
