import { afterEach } from 'vitest';
import { startSandbox, type Sandbox, type SandboxOptions } from './start-sandbox.ts';

/** How the tests of a file start sandboxes, which end with the test. To be called by each file: hooks are its own. */
export function sandboxes(): (options?: SandboxOptions) => Promise<Sandbox> {
  const running: Sandbox[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map((sandbox) => sandbox.stop()));
  });
  return async (options = {}) => {
    const sandbox = await startSandbox(options);
    running.push(sandbox);
    return sandbox;
  };
}
