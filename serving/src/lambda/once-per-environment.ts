/**
 * Makes something once for all invocations of an environment. It begins at once, in the environment's init phase, which
 * is fast and not on any client's time. What failed is made again by the next invocation: an environment lives for
 * hours, and so would its failure.
 */
export function oncePerEnvironment<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  const get = () => {
    made ??= make().catch((fault: unknown) => {
      made = undefined;
      throw fault;
    });
    return made;
  };
  // The invocation that needs it meets the fault.
  get().catch(() => undefined);
  return get;
}
