import { afterEach } from 'vitest';
import { startCliProxy, startNewApi, startSandbox } from './start-sandbox.ts';
import type { CliProxy, CliProxyOptions, NewApi, NewApiOptions, Sandbox, SandboxOptions } from './start-sandbox.ts';

/** How the tests of a file start sandboxes, which end with the test. To be called by each file: hooks are its own. */
export function sandboxes(): (options?: SandboxOptions) => Promise<Sandbox> {
  return ending(startSandbox);
}

/** The same for sandboxes that are a new-api. */
export function newApis(): (options?: NewApiOptions) => Promise<NewApi> {
  return ending(startNewApi);
}

/** The same for sandboxes that are a CLIProxyAPI. */
export function cliProxies(): (options?: CliProxyOptions) => Promise<CliProxy> {
  return ending(startCliProxy);
}

function ending<Options, Started extends { stop(): Promise<void> }>(start: (options?: Options) => Promise<Started>) {
  const running: Started[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map((sandbox) => sandbox.stop()));
  });
  return async (options?: Options) => {
    const sandbox = await start(options);
    running.push(sandbox);
    return sandbox;
  };
}
