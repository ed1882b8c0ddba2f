/**
 * The same work, done once for all who ask while an earlier one is under way. Whoever asks gets one that began after that, so
 * what it tells is no older than the question.
 */
export function joinCalls<T>(work: () => Promise<T>): () => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  let next: Promise<T> | undefined;
  return () => {
    next ??= last.then(() => {
      next = undefined;
      const now = work();
      last = now.catch(() => undefined);
      return now;
    });
    return next;
  };
}
