export { type Config, readConfig } from './config.ts';
export { type Monolith, startMonolith } from './start-monolith.ts';
