export { type AuthAppDeps, type AuthRouteName, createAuthApp } from './auth-app.ts';
export { type Config, type ConfigOutcome, readConfig } from './config.ts';
export { authEntries, authExternal } from './entries.ts';
export { type AuthService, startAuth } from './start-auth.ts';
