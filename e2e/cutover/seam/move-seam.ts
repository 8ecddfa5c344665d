import type { OpsClient } from '../../stack/ops-client.ts';

/** Both ways, while legacy answers everything. Rejects if either is refused. */
export async function moveSeamBackAndForth(ops: OpsClient, capability: string): Promise<void> {
  for (const action of ['back', 'advance'] as const) {
    const moved = await ops.moveSeam(capability, action);
    if (!moved.ok) throw new Error(`the seam did not go: ${action}: ${moved.code}: ${moved.message}`);
  }
}
