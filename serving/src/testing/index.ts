export { createFakeClock, type FakeClock } from './fake-clock.ts';
export { eventually, until } from './until.ts';
