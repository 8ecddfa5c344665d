import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import type { BrowserConfig } from './config.ts';

const commands = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const macApplications = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

export type FoundChromium =
  | { readonly ok: true; readonly path: string }
  /** What to tell whoever runs the tests. */
  | { readonly ok: false; readonly reason: string };

/** The one that the environment names, else the first that is installed. */
export function findChromium(
  config: BrowserConfig,
  isExecutable: (path: string) => boolean = canExecute,
): FoundChromium {
  const { chromiumPath, searchPath } = config;
  if (chromiumPath !== undefined) {
    if (isExecutable(chromiumPath)) return { ok: true, path: chromiumPath };
    return { ok: false, reason: `CHROMIUM_PATH is ${chromiumPath}, which cannot be run.` };
  }
  const candidates = commands.flatMap((command) => searchPath.map((folder) => join(folder, command)));
  const path = [...candidates, ...macApplications].find(isExecutable);
  if (path !== undefined) return { ok: true, path };
  return {
    ok: false,
    reason: `No Chromium was found (${commands.join(', ')}). Install one, or say in CHROMIUM_PATH where it is.`,
  };
}

function canExecute(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
