/** What the environment says of the browser tests. */
export interface BrowserConfig {
  /** The browser to use, instead of one that is found. */
  readonly chromiumPath: string | undefined;
  /** Where a missing browser fails the tests, instead of leaving them out: in CI. */
  readonly isChromiumRequired: boolean;
  /** Where screenshots go. */
  readonly screenshotsDir: string | undefined;
  readonly searchPath: readonly string[];
}

export function readBrowserConfig(environment: NodeJS.ProcessEnv = process.env): BrowserConfig {
  return {
    chromiumPath: environment.CHROMIUM_PATH || undefined,
    isChromiumRequired: Boolean(environment.REQUIRE_CHROMIUM),
    screenshotsDir: environment.SCREENSHOTS_DIR || undefined,
    searchPath: (environment.PATH ?? '').split(':').filter((folder) => folder !== ''),
  };
}
