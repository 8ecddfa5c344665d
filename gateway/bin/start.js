/** Loads a program's TypeScript and runs it, or says which Node that takes. */
export function start(name, file, run) {
  var major = Number(process.versions.node.split('.')[0]);
  if (major < 24) {
    process.stderr.write(
      name +
        ' needs Node 24 or newer; this is ' +
        process.version +
        '.\n' +
        'Run it by npx or an npm script, which use the Node that npm installed beside it.\n',
    );
    process.exitCode = 1;
    return;
  }
  Promise.all([import('node:module'), import('node:v8')]).then((it) => {
    // Keeps the stripped sources between starts: 20 MB less memory from the second on, for the stripper isn't loaded.
    it[0].enableCompileCache();
    // Loading allocates much that soon dies, for which V8 would grow its young generation by 30 MB and keep it so.
    it[1].setFlagsFromString('--semi-space-growth-factor=1');
    return import(file).then((module) => {
      it[1].setFlagsFromString('--semi-space-growth-factor=2');
      return run(module);
    });
  });
}
