import { Gauge, type Registry } from 'prom-client';
import { stages } from '../cutover/cutover.ts';
import type { SnapshotKeeper } from '../cutover/snapshot-keeper.ts';

/** What is in force in this process: so that a scrape of all of them shows one that lags behind. */
export function registerCutoverMetrics(registry: Registry, keeper: SnapshotKeeper): void {
  const registers = [registry];
  new Gauge({
    name: 'banyan_cutover_store_up',
    help: '1 while what is in force is what the store says; 0 while the last good snapshot rules',
    registers,
    collect() {
      this.set(keeper.store().up ? 1 : 0);
    },
  });
  new Gauge({
    name: 'banyan_cutover_version',
    help: 'The version of the cutover in force; 0 if it was never changed',
    labelNames: ['capability'],
    registers,
    collect() {
      for (const [capability, { version }] of keeper.current().cutovers) this.set({ capability }, version);
    },
  });
  new Gauge({
    name: 'banyan_cutover_stage',
    help: '1 for the stage in force, 0 for all others',
    labelNames: ['capability', 'stage'],
    registers,
    collect() {
      for (const [capability, cutover] of keeper.current().cutovers) {
        for (const stage of stages) this.set({ capability, stage }, cutover.stage === stage ? 1 : 0);
      }
    },
  });
  new Gauge({
    name: 'banyan_cutover_rollout_percent',
    help: 'The share of cohorts that the service answers, 0 to 100',
    labelNames: ['capability'],
    registers,
    collect() {
      for (const [capability, { rolloutPercent }] of keeper.current().cutovers) {
        this.set({ capability }, rolloutPercent);
      }
    },
  });
  new Gauge({
    name: 'banyan_cutover_unreadable',
    help: "1 while the store's state makes no sense and the last one that did is in force",
    labelNames: ['capability'],
    registers,
    collect() {
      for (const [capability, { unreadable }] of keeper.current().cutovers) {
        this.set({ capability }, unreadable === undefined ? 0 : 1);
      }
    },
  });
}
