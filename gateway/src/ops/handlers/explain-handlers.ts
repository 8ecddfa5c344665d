import type { ExplainAnswer, ExplainQuestion } from '../api/explain-schema.ts';
import type { OpsHandlers } from '../http/bind-routes.ts';

export type Explain = (question: ExplainQuestion) => ExplainAnswer;

export function createExplainHandlers(explain: Explain): Pick<OpsHandlers, 'explain'> {
  return { explain: async ({ body }) => explain(body) };
}
