#!/usr/bin/env node
// Plain JavaScript in old syntax, so that an old Node can run it as far as the message.
import('./start.js').then((it) => {
  it.start('banyan', '../src/cli/banyan.ts', (module) =>
    module.banyan(process.argv.slice(2), process).then((code) => {
      process.exitCode = code;
    }),
  );
});
