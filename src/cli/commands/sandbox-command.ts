import type { Flags } from '../../config/options/option-flags.ts';
import { parseFaults } from '../../sandbox/faults/faults.ts';
import { startSandbox } from '../../sandbox/start-sandbox.ts';
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
    () => null,
  );
  const sandbox = await startSandbox({
    faults,
    ...(flags.port === undefined ? {} : { port: flags.port }),
    ...(flags.hostVersion === undefined ? {} : { hostVersion: flags.hostVersion }),
    complianceGate: flags.complianceGate ?? false,
  }).catch((cause: unknown) => {
    throw new RelayError('USAGE', `The sandbox could not start: ${cause instanceof Error ? cause.message : ''}`, {
      cause,
      hint: 'Choose another --port, or leave it out for a free one.',
    });
  });
  const { url, version, adminKey, adminEmail, adminPassword, userEmail, vendorUrl } = sandbox;
  const kind = 'sub2api';
  const login = { adminKey, adminEmail, adminPassword };
  const told: SandboxOutput = { schema: 'relay.sandbox/1', url, kind, version, ...login, vendorUrl };
  if (flags.output === 'json') print(io.stdout, JSON.stringify(told));
  else {
    print(
      io.stdout,
      [
        `host      ${url} (${kind} ${version})`,
        `vendor    ${vendorUrl} (the base URL of OpenAI packs is ${vendorUrl}/v1)`,
        `admin     ${adminEmail}, password ${adminPassword}`,
        `admin key ${adminKey}`,
        `user      ${userEmail}, to whom --user gives a subscription`,
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
