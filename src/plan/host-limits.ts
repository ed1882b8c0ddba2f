import type { Can, Capabilities } from '../host/capabilities.ts';
import { saysItself } from '../pack/own-words.ts';
import { problem, type Problem } from '../core/relay-error.ts';
import type { HostSnapshot, Desired } from './observed.ts';

/**
 * What is asked for and the host cannot do: each is an obstacle, told with the host's own why. What only the pack says is
 * ignored there, and told. Pure.
 */
export function hostLimits(desired: Desired, host: HostSnapshot): { problems: Problem[]; warnings: Problem[] } {
  const { grants, grantDays, disable, sameKeyTwice, accountSettings } = host.capabilities;
  const { keys, targets, access, extend } = desired;
  const named = targets.length > 0;
  const lines = (is: (settings: (typeof keys)[number]['settings']) => boolean) =>
    keys.filter(({ settings }) => is(settings)).map(({ line }) => line);
  return {
    problems: [
      ...refused(named, '--user', grants[access]),
      ...refused(
        access === 'subscription' && !named,
        '--access subscription',
        grants.subscription,
        'Import with --access self-service; nothing was sent.',
      ),
      ...refused(desired.accounts === 'replace', '--accounts replace', sameKeyTwice),
      ...refused(
        targets.some(({ days }) => days !== null),
        'the days of --user',
        grantDays,
      ),
      ...refused(named && extend, '--extend', grantDays),
      ...refusedColumn(
        'enabled',
        lines(({ enabled }) => enabled === false),
        disable,
      ),
      ...refusedColumn(
        'concurrency',
        lines(({ concurrency }) => concurrency !== undefined),
        accountSettings.concurrency,
      ),
      ...refusedColumn(
        'priority',
        lines(({ priority }) => priority !== undefined),
        accountSettings.priority,
      ),
    ],
    warnings: [
      ...host.capabilities.ignores
        .filter(({ field }) => saysItself(field, desired.provider))
        .map(({ field, why }) => problem('HOST_IGNORES', `This host does not honour ${field} of the pack: ${why}.`)),
      ...leftOut(desired, host.capabilities),
    ],
  };
}

/** What cannot be put out of service is not put in. */
function leftOut({ mode, failed }: Desired, { disable, proof }: Capabilities): Problem[] {
  if (mode !== 'partial' || failed === 'remove') return [];
  const isProven = proof === 'before-create';
  const why =
    failed === 'disable' ? !disable.possible && disable.why : isProven && 'keys are proven before they are stored';
  if (why === false) return [];
  const text = `This host does not honour --failed ${failed}: ${why}. Keys that fail are left out.`;
  return [problem('HOST_IGNORES', text, 'Nothing need be done. Give them again once they work.')];
}

function refused(isAsked: boolean, flag: string, can: Can, hint?: string): Problem[] {
  return isAsked && !can.possible ? [problem('HOST_CANNOT', `This host cannot honour ${flag}: ${can.why}.`, hint)] : [];
}

function refusedColumn(column: string, lines: readonly number[], can: Can): Problem[] {
  const which = `the column "${column}" of the key file (line ${lines.slice(0, 5).join(', ')}${lines.length > 5 ? ', …' : ''})`;
  return refused(lines.length > 0, which, can);
}
