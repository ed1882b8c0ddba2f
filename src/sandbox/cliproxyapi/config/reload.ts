import { json } from '../../reply.ts';
import type { Host } from '../host.ts';
import { applyConfig, drain } from '../runtime/apply.ts';
import { FileProblem, readConfig, writeConfig } from './config-file.ts';

/** How long the host waits after somebody else has written the file. */
const watchMs = 150;

function begin({ state, settings }: Host, at: number): void {
  // A file that says what is known is not read again.
  if (state.file === state.knownFile) return;
  state.reload = { read: state.file, dueAt: at + settings.reloadMs };
}

/** Takes over what a reload has read, and takes the file as it is by then for known. */
function finish({ state, settings }: Host, read: string, at: number): void {
  try {
    const config = readConfig(read);
    const clientKeys = config['api-keys'].map((key) => key.trim()).filter((key) => key !== '');
    state.config = config;
    state.areClientKeysNull = false;
    state.clientKeys = [...new Set(clientKeys)];
    applyConfig(state.credentials, config, { at, ...settings });
    state.knownFile = state.file;
    state.memoryFile = read;
  } catch (error) {
    if (!(error instanceof FileProblem)) throw error;
  }
}

/** Has everything happen that is due by now. Every request comes after it. */
export function catchUp(host: Host): void {
  const { state, now } = host;
  for (;;) {
    const { reload } = state;
    if (reload === undefined) {
      // Whoever edits the file says nothing, so the look that finds it begins the wait.
      if (state.file !== state.knownFile && state.file !== '')
        state.reload = { read: state.file, dueAt: now() + watchMs };
      break;
    }
    if (reload.dueAt > now()) break;
    state.reload = undefined;
    finish(host, reload.read, reload.dueAt);
    if (state.reloadsWaiting === 0) continue;
    begin(host, reload.dueAt);
    // What those that wait would read is known by now.
    state.reloadsWaiting = state.reload === undefined ? 0 : state.reloadsWaiting - 1;
  }
  drain(state.credentials, now());
}

/**
 * Saves what memory holds by now, answers, and has the file reloaded in the background. A write between the read of a
 * reload and its end is in the file and no longer in memory, and the next save ends it there, too.
 */
export function save(host: Host): Response {
  const { state, settings, now } = host;
  try {
    if (settings.failNextSaves > 0) {
      settings.failNextSaves -= 1;
      throw new FileProblem('open /config.yaml: permission denied');
    }
    state.file = writeConfig(state.file, state.config);
  } catch (error) {
    if (!(error instanceof FileProblem)) throw error;
    return json(500, { error: `failed to save config: ${error.message}` });
  }
  if (settings.loseNextWrites > 0) {
    settings.loseNextWrites -= 1;
    state.reload = { read: state.memoryFile, dueAt: now() + settings.reloadMs };
    state.reloadsWaiting = 0;
  } else {
    state.memoryFile = state.file;
    if (state.reload === undefined) begin(host, now());
    else state.reloadsWaiting += 1;
  }
  catchUp(host);
  return json(200, { status: 'ok' });
}
