import { basename, extname, isAbsolute } from 'node:path';
import { z } from 'zod';
import { isReservedVariable } from './environment-variables.ts';
import { limits } from './limits.ts';

/** A function as it is given. What Lambda would refuse to create is refused at start, all faults at once. */
export interface FunctionSpec {
  readonly name: string;
  /** The bundled file: an absolute path that ends in .js, .mjs or .cjs. */
  readonly bundle: string;
  /** `module.export`, as Lambda has it: the file's name without its ending, and what it exports. */
  readonly handler: string;
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** 128 unless given. */
  readonly memoryMb?: number | undefined;
  /** 3,000 unless given. */
  readonly timeoutMs?: number | undefined;
  /** Environments at a time; what comes beyond them is throttled. 10 unless given. */
  readonly maxConcurrency?: number | undefined;
}

export const functionSchema = z
  .strictObject({
    name: z.string().regex(/^[A-Za-z0-9-_]{1,64}$/, 'must be 1 to 64 letters, digits, - or _'),
    bundle: z
      .string()
      .refine((file) => isAbsolute(file), 'must be an absolute path')
      .refine((file) => /\.[cm]?js$/.test(file), 'must end in .js, .mjs or .cjs'),
    handler: z.string().regex(/^[^.\s/]+\.[^\s/]+$/, 'must be of the form module.export'),
    environment: z
      .record(z.string(), z.string())
      .default({})
      .superRefine((environment, context) => {
        const fault = (message: string) => context.addIssue({ code: 'custom', message });
        let bytes = 0;
        for (const [name, value] of Object.entries(environment)) {
          bytes += Buffer.byteLength(name) + Buffer.byteLength(value);
          if (!/^[A-Za-z][A-Za-z0-9_]+$/.test(name)) fault(`${name} is no name that Lambda accepts`);
          if (isReservedVariable(name)) fault(`${name} is reserved: Lambda sets it itself`);
        }
        if (bytes > limits.environmentBytes) {
          fault(`has ${bytes} bytes, and Lambda accepts ${limits.environmentBytes}`);
        }
      }),
    memoryMb: z.int().min(128).max(10_240).default(128),
    timeoutMs: z.int().min(1).max(900_000).default(3_000),
    maxConcurrency: z.int().min(0).max(1_000).default(10),
  })
  .superRefine(({ bundle, handler }, context) => {
    const file = basename(bundle, extname(bundle));
    const named = handler.slice(0, handler.indexOf('.'));
    if (named === file) return;
    context.addIssue({
      code: 'custom',
      path: ['handler'],
      message: `names the module ${named}, but the bundle is ${basename(bundle)}`,
    });
  });

export type FunctionConfig = z.infer<typeof functionSchema>;

export const region = 'us-east-1';
export const accountId = '123456789012';

export function arnOf(functionName: string): string {
  return `arn:aws:lambda:${region}:${accountId}:function:${functionName}`;
}
