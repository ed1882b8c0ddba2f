/** Whether everything is tried (`npm run sweep`, and CI where `RELAY_SWEEP=1`), or a part that a developer waits for. */
export const sweeping = process.env['RELAY_SWEEP'] === '1';
