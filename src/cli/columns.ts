import type { Io } from './io.ts';

/** How wide a screen is: the terminal's, else what `COLUMNS` says, else 80. */
export function columnsOf(io: Pick<Io, 'stdout' | 'stderr' | 'env'>, stream: 'stdout' | 'stderr' = 'stdout'): number {
  const { env, [stream]: screen } = io;
  const said = Number(env['COLUMNS']);
  // A terminal that does not know its width says 0.
  if (screen.columns !== undefined && screen.columns > 0) return screen.columns;
  return Number.isInteger(said) && said >= 20 ? said : 80;
}
