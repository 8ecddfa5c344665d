#!/usr/bin/env node
// Plain JavaScript in old syntax, so that an old Node can run it as far as the message.
import('./start.js').then((it) => {
  it.start('banyan-gateway', '../src/main.ts', (module) => module.main(process.argv.slice(2)));
});
