/** Whether everything is tried (`npm run sweep`, and CI where `RELAY_SWEEP=1`), or a part that a developer waits for. */
export const sweeping = process.env['RELAY_SWEEP'] === '1';

/** How often a property is tried: as said by `npm run sweep`, less often while somebody waits, least for each of thousands of mutants. */
export function runs(count: number): number {
  if (sweeping) return count;
  return Math.ceil(count / (process.env['RELAY_MUTANTS'] === '1' ? 8 : 4));
}
