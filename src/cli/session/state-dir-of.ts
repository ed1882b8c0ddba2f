import { homedir } from 'node:os';
import { stateDir } from '../../config/state-dir.ts';
import type { Io } from '../io.ts';

/** The folder of the journals and locks of whoever runs this. */
export function stateDirOf(io: Io): string {
  return stateDir(io.env, homedir());
}
