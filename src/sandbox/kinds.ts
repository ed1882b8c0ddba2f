import { cliProxySandbox } from './cliproxyapi/kind.ts';
import type { AskedSandbox, MadeHost, SandboxKind } from './kind.ts';
import { newApiSandbox } from './new-api/kind.ts';
import { startSandbox } from './start-sandbox.ts';
import type { Running, ServingOptions } from './start-sandbox.ts';
import { sub2apiSandbox } from './sub2api/kind.ts';

/** The kinds of hosts that the sandbox imitates, by their names. */
export const sandboxKinds = {
  sub2api: sub2apiSandbox,
  'new-api': newApiSandbox,
  cliproxyapi: cliProxySandbox,
} as const;

/** Starts a host of that kind as a command line asks for it. Throws an Error that says what the kind does not know. */
export async function startSandboxAs(
  name: keyof typeof sandboxKinds,
  asked: AskedSandbox,
  serving: ServingOptions = {},
): Promise<Running<MadeHost>> {
  const kind: SandboxKind<object, MadeHost> = sandboxKinds[name];
  return startSandbox(kind, { ...kind.read(asked), ...serving });
}
