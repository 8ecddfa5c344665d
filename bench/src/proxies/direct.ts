import type { MeasuredProxy } from './measured-proxy.ts';

/** No proxy: what upstream and load reach without one. */
export const direct: MeasuredProxy = {
  name: 'direct',
  label: 'direct, no proxy',
  settings: 'upstream and load share their core',
  version: async () => process.version.slice(1),
  prepare: async () => undefined,
};
