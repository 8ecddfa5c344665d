/** The parent holds the other end of stdin: when it is killed, however hard, this process goes too. */
export function exitWithParent(): void {
  process.stdin.on('end', () => process.exit(0)).on('error', () => process.exit(0));
  process.stdin.resume();
}
