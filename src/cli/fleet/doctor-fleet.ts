import { inStage } from '../../apply/run-tools.ts';
import { limitsOf } from '../../config/defaults.ts';
import type { Flags } from '../../config/options/option-flags.ts';
import { systemClock } from '../../core/clock.ts';
import { counted } from '../../core/counted.ts';
import { RelayError } from '../../core/relay-error.ts';
import type { Redactor } from '../../core/secrets/redactor.ts';
import { runUnits } from '../../flows/fleet/run-units.ts';
import { examination, examinedSettings, type ExaminedSettings } from '../commands/doctor-command.ts';
import type { Io } from '../io.ts';
import { sourcesOf } from '../options/sources.ts';
import { nothingWritten } from '../output/footer.ts';
import { confirmHosts } from '../session/confirm-host.ts';
import { diagnoseHost, hostPlace } from '../session/open-host.ts';
import { watch } from '../session/watch.ts';
import { fleetPace } from './fleet-hosts.ts';
import { readFleet, type FleetUnit } from './read-fleet.ts';
import { endings, failed, summaryOf, tellUnits, type Found, type UnitEnd } from './tell-units.ts';

/** `relay doctor --file`: what would stand in the way of each unit on its host. 0, or 3 where a check failed everywhere. */
export async function doctorFleet(
  flags: Flags<'doctor'> & { file: string },
  io: Io,
  redactor: Redactor,
): Promise<number> {
  if (flags.acceptCompliance === true)
    throw new RelayError('USAGE', 'The compliance terms of a host are accepted host by host.', {
      hint: 'Give --accept-compliance with --host, and without --file.',
    });
  const sources = sourcesOf(flags, io, redactor);
  const fleet = await readFleet(flags, io, sources);
  const byHost = fleet.hosts.map(({ units }) => units);
  const units = byHost.flat();
  const settings = new Map<string, ExaminedSettings>();
  for (const {
    host,
    units: [unit],
  } of fleet.hosts)
    settings.set(host, await examinedSettings({ ...flags, ...unit?.options }, await sources.config(), io, unit?.order));
  await confirmHosts([...settings.values()], flags, io);
  return watch(limitsOf(flags), flags, io, redactor, async (whole) => {
    const examine = (unit: FleetUnit): Promise<Found> =>
      whole.within(unit.name, async ({ session, stop, atEnd }) => {
        const place = await hostPlace(settings.get(unit.name.host) as ExaminedSettings, { ...session, stop });
        atEnd(place.close);
        const tools = { clock: systemClock, stop };
        const look = () => diagnoseHost(place, session.hostKinds);
        const { report } = await examination(look, unit.provider, tools, place.http.baseUrl);
        const bad = report.checks.filter(({ state }) => state === 'failure');
        return {
          exitCode: report.exitCode,
          isFine: report.ok,
          result: report,
          word: report.ok ? 'can work' : 'cannot work',
          says: bad.map(({ name, message }) => `${name}: ${message}`).join('; '),
        };
      });
    const policy = { ...fleetPace(flags.hostsAtOnce), stop: whole.stop, failFast: flags.failFast === true };
    const work = (unit: FleetUnit) => examine(unit).then((found): UnitEnd => ({ ...found, error: null }), failed);
    const ends = await inStage(
      { clock: systemClock, emit: whole.events.emit },
      'connect',
      `Examine ${counted(fleet.hosts.length, 'host')}`,
      () => runUnits<FleetUnit, UnitEnd>(byHost, { work, ...endings(whole, units.length) }, policy),
      summaryOf,
    );
    await whole.events.idle();
    return tellUnits({ name: 'doctor', isLook: true, holds: nothingWritten }, { fleet, units, ends }, flags, io);
  });
}
