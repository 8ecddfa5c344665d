export type { CutoverConfig, FlagSource, GatewayConfig } from './config.ts';
export { createGateway, type Gateway, type GatewayAddresses, type GatewayOptions } from './gateway.ts';
export { type GatewayStatus, gatewayStatus } from './ops/status/status-schema.ts';
export { type Plan, type PlanInput, planSchema } from './plan/plan.ts';
export {
  definePlan,
  describe as describePlanFault,
  type ParsedPlan,
  type PlanFault,
  parsePlan,
} from './plan/plan-faults.ts';
export { type LoadedPlan, loadPlanFile } from './plan/plan-file.ts';
export { type ContractRoute, type ContractUpstreams, planFromContracts } from './plan/plan-from-contracts.ts';
export { createLog, type LineSink, type Log, type Logger, silentLogger } from './telemetry/log.ts';
