#!/usr/bin/env node
// Plain JavaScript in old syntax, so that an old Node can run it as far as the message.
var major = Number(process.versions.node.split('.')[0]);
if (major < 24) {
  process.stderr.write(
    'banyan needs Node 24 or newer; this is ' +
      process.version +
      '.\n' +
      'Run it by npx or an npm script, which use the Node that npm installed beside it.\n',
  );
  process.exit(1);
}
import('../src/cli/banyan.ts')
  .then((it) => it.banyan(process.argv.slice(2), process))
  .then((code) => {
    process.exitCode = code;
  });
