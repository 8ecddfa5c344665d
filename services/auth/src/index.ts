export { type AuthAppDeps, type AuthRouteName, createAuthApp } from './auth-app.ts';
export { type Config, readConfig } from './config.ts';
export { authEntries, authExternal } from './entries.ts';
export { type MeasureOptions, measureStart, type StartMeasurement } from './measure-start.ts';
export { advance, back, type MoveOptions, type MoveOutcome, readState, SeamRefusal } from './seam/move.ts';
export type { SeamState } from './seam/state.ts';
export { type AuthService, startAuth } from './start-auth.ts';
