import type { Flags } from '../../config/options/option-flags.ts';
import { parseFaults } from '../../sandbox/faults/faults.ts';
import { startSandboxAs } from '../../sandbox/kinds.ts';
import type { SandboxOutput } from '../../report/outputs/about-schemas.ts';
import { RelayError } from '../../core/relay-error.ts';
import { readInput } from '../../text/read-input.ts';
import { print, type Io } from '../io.ts';
import { stopSignals } from '../session/stop-signals.ts';

/** Larger is no list of faults, in bytes. */
const maxFaultsBytes = 1024 * 1024;

/** `relay sandbox`: runs the embedded host until it is told to stop. Its logins are made for this run and worth nothing elsewhere. */
export async function sandboxCommand(flags: Flags<'sandbox'>, io: Io): Promise<number> {
  const faults = flags.faults === undefined ? [] : await readFaults(flags.faults);
  const { stop, release } = stopSignals(
    () => undefined,
    undefined,
    () => 'Stopped at once.',
  );
  const kind = flags.hostKind ?? 'sub2api';
  const { faults: _file, port, ...asked } = flags;
  const sandbox = await startSandboxAs(kind, asked, { faults, ...(port === undefined ? {} : { port }) }).catch(
    (cause: unknown) => {
      throw new RelayError('USAGE', `The sandbox could not start: ${cause instanceof Error ? cause.message : ''}`, {
        cause,
        hint:
          cause instanceof Error && 'code' in cause
            ? 'Choose another --port, or leave it out for a free one.'
            : 'relay help sandbox says what each kind takes.',
      });
    },
  );
  const { url, version, adminUser, adminKey, adminEmail, adminName, adminPassword, clientKey, vendorUrl } = sandbox;
  const login = { adminUser, adminKey, adminEmail, adminName, adminPassword, clientKey };
  const told: SandboxOutput = { schema: 'relay.sandbox/1', url, kind, version, ...login, vendorUrl };
  if (flags.output === 'json') print(io.stdout, JSON.stringify(told));
  else {
    const { userEmail } = sandbox;
    const user = adminUser === undefined ? '' : ` of user ${adminUser}`;
    print(
      io.stdout,
      [
        `host      ${url} (${kind} ${version})`,
        `vendor    ${vendorUrl} (the base URL of OpenAI packs is ${vendorUrl}/v1)`,
        ...(adminPassword === undefined ? [] : [`admin     ${adminEmail ?? adminName}, password ${adminPassword}`]),
        `admin key ${adminKey}${user}`,
        ...(userEmail === undefined ? [] : [`user      ${userEmail}, to whom --user gives a subscription`]),
        ...(clientKey === undefined ? [] : [`client    ${clientKey}, a key that opens the gateway`]),
        '',
        'Try it:',
        `  RELAY_ADMIN_KEY=${adminKey} relay import --pack kimi --keys keys.txt --host ${url} --base-url ${vendorUrl}/v1`,
        '',
        'Ctrl-C stops it.',
      ].join('\n'),
    );
  }
  if (!stop.aborted)
    await new Promise<void>((resolve) => stop.addEventListener('abort', () => resolve(), { once: true }));
  release();
  await sandbox.stop();
  return 0;
}

async function readFaults(file: string) {
  try {
    const read = await readInput(file, maxFaultsBytes);
    if ('why' in read) throw new Error(`it cannot be read (${read.why})`);
    return parseFaults(read.bytes.toString('utf8'));
  } catch (cause) {
    throw new RelayError(
      'USAGE',
      `The faults file ${file} cannot be used: ${cause instanceof Error ? cause.message : ''}`,
      { cause, hint: 'It is a JSON list of {method, path, nth, times, fault}.' },
    );
  }
}
