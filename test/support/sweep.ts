/** Whether everything is tried (`npm run sweep`, and CI where `RELAY_SWEEP=1`), or a part that a developer waits for. */
export const sweeping = process.env['RELAY_SWEEP'] === '1';

/** How often a property is tried: less often for each of thousands of mutants. */
export function runs(count: number): number {
  return process.env['RELAY_MUTANTS'] === '1' ? Math.ceil(count / 8) : count;
}
