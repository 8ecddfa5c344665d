/** What the Lambda host says of its functions. */
interface EnvironmentView {
  readonly pid: number;
  readonly state: string;
}

export interface FunctionView {
  readonly name: string;
  readonly environments: readonly EnvironmentView[];
}

export async function readFunctions(serviceUrl: string): Promise<readonly FunctionView[]> {
  const response = await fetch(`${serviceUrl}/_host/functions`);
  const body = (await response.json()) as { functions: readonly FunctionView[] };
  return body.functions;
}

export async function environmentsOf(serviceUrl: string, name: string): Promise<readonly EnvironmentView[]> {
  return (await readFunctions(serviceUrl)).find((one) => one.name === name)?.environments ?? [];
}
