import os from 'node:os';
import type { Cores } from './process/cores.ts';
import type { Machine } from './result.ts';

export function describeMachine(cores: Cores | undefined): Machine {
  const processors = os.cpus();
  return {
    processor: processors[0]?.model.trim() || 'unknown processor',
    cores: os.availableParallelism(),
    system: `${os.type()} ${os.release()} ${os.arch()}`,
    node: process.version,
    pinning:
      cores === undefined
        ? 'none (needs taskset and two cores): proxies, upstream and load compete'
        : `proxies on core ${cores.proxy}, upstream and load on ${cores.load}`,
  };
}
