import { join } from 'node:path';
import type { Environment } from './host-settings.ts';

/** Where journals and locks live: `RELAY_STATE_DIR`, else the XDG folder for state, else its default below home. */
export function stateDir(env: Environment, home: string): string {
  if (env['RELAY_STATE_DIR']) return env['RELAY_STATE_DIR'];
  return join(env['XDG_STATE_HOME'] || join(home, '.local', 'state'), 'relay');
}
