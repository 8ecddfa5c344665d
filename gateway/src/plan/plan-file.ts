import { readFileSync } from 'node:fs';
import { isMap, isPair, isScalar, LineCounter, type Node, parseDocument } from 'yaml';
import type { Plan } from './plan.ts';
import { type PlanFault, parsePlan, pathText } from './plan-faults.ts';

export type LoadedPlan =
  | { readonly ok: true; readonly plan: Plan }
  | { readonly ok: false; readonly faults: readonly string[] };

/**
 * Reads a plan from YAML or JSON (which is YAML too). Each fault is one line in the form that editors make a link of:
 * `plan.yaml:12:5 capabilities.auth.routes[0]: …`
 */
export function loadPlanFile(file: string): LoadedPlan {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return { ok: false, faults: [`${file}: cannot be read (${code})`] };
  }
  return parsePlanText(text, file);
}

export function parsePlanText(text: string, file: string): LoadedPlan {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  if (document.errors.length > 0) {
    return { ok: false, faults: document.errors.map((error) => `${at(error.pos[0])} ${error.message}`) };
  }
  const parsed = parsePlan(document.toJS({ maxAliasCount: 100 }));
  if (parsed.ok) return parsed;
  const placed = parsed.faults.map((fault) => ({ fault, offset: offsetOf(document.contents, fault) }));
  placed.sort((a, b) => a.offset - b.offset);
  return {
    ok: false,
    faults: placed.map(({ fault, offset }) => `${at(offset)} ${pathText(fault.path)}: ${fault.message}`),
  };
}

/** The place of the deepest part of the path that is in the file: what is missing is missing somewhere. */
function offsetOf(root: Node | null, fault: PlanFault): number {
  let node: unknown = root;
  let offset = root?.range?.[0] ?? 0;
  for (const [depth, part] of fault.path.entries()) {
    if (isMap(node)) {
      const pair = node.items.find(
        (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(part),
      );
      if (pair === undefined) break;
      const last = depth === fault.path.length - 1;
      const key = isScalar(pair.key) ? pair.key.range?.[0] : undefined;
      offset = (last && fault.unknownKey ? undefined : rangeStart(pair.value)) ?? key ?? offset;
      node = pair.value;
    } else if (hasItems(node) && typeof part === 'number') {
      node = node.items[part];
      offset = rangeStart(node) ?? offset;
    } else break;
  }
  return offset;
}

function hasItems(node: unknown): node is { items: unknown[] } {
  return typeof node === 'object' && node !== null && 'items' in node && Array.isArray(node.items);
}

function rangeStart(node: unknown): number | undefined {
  if (typeof node !== 'object' || node === null || !('range' in node) || !Array.isArray(node.range))
    return undefined;
  return typeof node.range[0] === 'number' ? node.range[0] : undefined;
}
