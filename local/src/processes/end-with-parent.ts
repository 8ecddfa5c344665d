/**
 * Loaded into each supervised process before its own code: when the parent is gone, killed included, the process is
 * asked to stop as it would be by a signal, and made to if it doesn't.
 */
const patienceMs = 8_000;

process.once('disconnect', () => {
  setTimeout(() => process.exit(1), patienceMs).unref();
  // A program that watches its parent itself is asked once, not twice.
  if (process.listenerCount('disconnect') === 0) process.kill(process.pid, 'SIGTERM');
});
// Listening must not keep a process alive that has otherwise come to its end.
process.channel?.unref();
