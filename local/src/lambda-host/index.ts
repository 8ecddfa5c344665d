export { type Bundle, type BundleOptions, bundleService } from './bundle.ts';
export type { FunctionSpec } from './function-spec.ts';
export type { FunctionStatus } from './host-status.ts';
export type { Invoke, InvokeOptions, InvokeOutcome } from './invoker.ts';
export type { HostRoute } from './route-table.ts';
export { type LambdaHost, type LambdaHostOptions, startLambdaHost } from './start-lambda-host.ts';
