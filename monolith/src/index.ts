export { type Config, type ConfigOutcome, readConfig } from './config.ts';
export { type Monolith, startMonolith } from './start-monolith.ts';
