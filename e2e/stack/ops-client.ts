/** The ops API as an operator's script meets it: what it refuses is an answer, what it can't do is an error. */

export interface CutoverView {
  readonly stage: string;
  readonly rolloutPercent: number;
  readonly allow: readonly string[];
  readonly deny: readonly string[];
}

export interface ChangeView {
  readonly id: string;
  readonly capability: string;
  readonly version: number;
  readonly kind: string;
  readonly by: string;
  readonly why: string;
  readonly forced: boolean;
  readonly from: CutoverView;
  readonly to: CutoverView;
}

export interface CapabilityStatus extends CutoverView {
  readonly name: string;
  readonly version: number;
}

export interface StatusView {
  readonly state: string;
  readonly store: { readonly kind: string; readonly up: boolean };
  readonly capabilities: readonly CapabilityStatus[];
}

export interface ExplainRequest {
  readonly method: string;
  readonly path: string;
  readonly user?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly address?: string;
  readonly bodyBytes?: number;
}

export interface Explanation {
  readonly upstream: 'legacy' | 'service';
  readonly reason: string;
  readonly cohort: number | null;
}

export interface SeamView {
  readonly state: string;
  readonly ready: boolean;
  readonly next: string | null;
  readonly previous: string | null;
  readonly took?: number;
}

export interface Refused {
  readonly ok: false;
  readonly code: string;
  readonly message: string;
}

/** `change` is null where all was as wanted already. */
export type Changed = { readonly ok: true; readonly change: ChangeView | null } | Refused;
export type SeamMoved = { readonly ok: true; readonly seam: SeamView } | Refused;

export interface ChangeOptions {
  readonly why?: string;
  readonly force?: boolean;
  readonly expectedVersion?: number;
}

export interface OpsClient {
  readonly status: () => Promise<StatusView>;
  readonly capability: (name: string) => Promise<CapabilityStatus>;
  readonly stage: (capability: string, stage: string, options?: ChangeOptions) => Promise<Changed>;
  readonly rollout: (capability: string, percent: number, options?: ChangeOptions) => Promise<Changed>;
  readonly rollback: (capability: string, options?: ChangeOptions) => Promise<Changed>;
  readonly pin: (
    list: 'allow' | 'deny',
    capability: string,
    keys: readonly string[],
    options?: ChangeOptions & { readonly remove?: boolean },
  ) => Promise<Changed>;
  readonly explain: (request: ExplainRequest) => Promise<Explanation>;
  readonly changes: (capability: string, limit: number) => Promise<readonly ChangeView[]>;
  readonly seam: (capability: string) => Promise<SeamView>;
  readonly moveSeam: (capability: string, action: 'advance' | 'back') => Promise<SeamMoved>;
}

/** Statuses by which the ops API says that it was understood, and that it is not to be. */
const refusals = [409, 502, 503];

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export function createOpsClient(opsUrl: string, token: string): OpsClient {
  const why = 'a test moves it';

  async function ask(path: string, body?: unknown): Promise<Answer> {
    const response = await fetch(opsUrl + path, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (response.status !== 200 && !refusals.includes(response.status))
      throw new Error(`${path} answered ${response.status}: ${text.slice(0, 500)}`);
    return { status: response.status, body: JSON.parse(text) };
  }

  async function read<T>(path: string, body?: unknown): Promise<T> {
    const answer = await ask(path, body);
    if (answer.status !== 200) throw new Error(`${path} answered ${JSON.stringify(answer)}`);
    // Its shape is the ops API's own tests' to judge; a wrong one fails where it is read here.
    return answer.body as T;
  }

  const refusal = ({ body }: Answer) => {
    const {
      code,
      message,
      reasons = [],
    } = (body as { error: { code: string; message: string; reasons?: readonly string[] } }).error;
    return { ok: false, code, message: [message, ...reasons].join(' ') } as const;
  };

  async function change(path: string, body: object): Promise<Changed> {
    const answer = await ask(path, { why, ...body });
    if (answer.status !== 200) return refusal(answer);
    return { ok: true, change: (answer.body as { change: ChangeView | null }).change };
  }

  const status = () => read<StatusView>('/api/status');

  return {
    status,
    async capability(name) {
      const found = (await status()).capabilities.find((capability) => capability.name === name);
      if (!found) throw new Error(`the gateway has no capability ${name}`);
      return found;
    },
    stage: (capability, stage, options) =>
      change(`/api/capabilities/${capability}/stage`, { stage, ...options }),
    rollout: (capability, percent, options) =>
      change(`/api/capabilities/${capability}/rollout`, { percent, ...options }),
    rollback: (capability, options) => change(`/api/capabilities/${capability}/rollback`, { ...options }),
    pin: (list, capability, keys, options) =>
      change(`/api/capabilities/${capability}/${list}`, { keys, ...options }),
    explain: (request) => read<Explanation>('/api/explain', request),
    changes: async (capability, limit) =>
      (await read<{ changes: readonly ChangeView[] }>(`/api/changes?capability=${capability}&limit=${limit}`))
        .changes,
    seam: async (capability) => (await read<{ seam: SeamView }>(`/api/capabilities/${capability}/seam`)).seam,
    async moveSeam(capability, action) {
      const answer = await ask(`/api/capabilities/${capability}/seam/${action}`, { why });
      return answer.status === 200 ? { ok: true, seam: answer.body as SeamView } : refusal(answer);
    },
  };
}
