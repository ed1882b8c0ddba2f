import type { Flags, ImportFlags } from '../../config/options/option-flags.ts';
import type { SavedPlan } from '../../flows/import/saved-plan.ts';
import type { Host } from '../../host/host.ts';
import type { Redactor } from '../../core/secrets/redactor.ts';
import { RelayError } from '../../core/relay-error.ts';
import { checkTerms } from '../options/choose-pack.ts';
import { checkPlaces } from '../options/check-places.ts';
import { readImportRequest, type ImportRequest } from '../options/import-options.ts';
import { repeatCommand } from '../options/repeat-command.ts';
import { sourcesOf, type Sources } from '../options/sources.ts';
import { withBaseUrl } from '../session/ask-base-url.ts';
import type { Io } from '../io.ts';
import { withHost } from '../session/with-host.ts';

/** What `import` is told, and what only `plan` is. */
export type CommandFlags = ImportFlags & Pick<Flags<'plan'>, 'out'>;

/** `relay import` and `relay plan`. Returns the exit code; throws what stopped it before the first write. */
export async function importCommand(given: CommandFlags, io: Io, redactor: Redactor): Promise<number> {
  if (given.file !== undefined) {
    if ((given.plan ?? given.out) !== undefined)
      throw new RelayError('USAGE', `${given.plan === undefined ? '--out' : '--plan'} is for a single import.`, {
        hint: 'Plan each import by itself.',
      });
    const { importFleet } = await import('../fleet/import-fleet.ts');
    return importFleet({ ...given, file: given.file }, io, redactor);
  }
  const startedAt = Date.now();
  const sources = sourcesOf(given, io, redactor);
  const flags = await withBaseUrl(given, io, sources);
  const { request, saved } = await requestOf(flags, io, redactor, sources).catch((error: unknown) => {
    if (!(error instanceof RelayError) || error.code !== 'BASE_URL_NEEDED') throw error;
    const { code, message, hint } = error;
    throw new RelayError(code, message, {
      hint,
      next: repeatCommand(flags.dryRun === true ? 'relay plan' : 'relay import', { ...flags, baseUrl: 'URL' }),
    });
  });
  if (flags.dryRun !== true && saved === null) checkTerms(request.job.provider, flags.acceptTerms ?? []);
  const { place, named } = request.report;
  const written = place !== null && (flags.dryRun !== true || named) ? place : null;
  await checkPlaces(flags, written, request.inputs, io, flags.out);
  let reached: Host | undefined;
  try {
    const { host: settings, state, timeoutMs, deadlineMs } = request;
    const asked = { settings, state, timeoutMs, deadlineMs };
    return await withHost(asked, flags, io, redactor, async (at) => {
      reached = at.tools.host;
      const { importInto } = await import('./import-on-host.ts');
      return importInto(request, saved, at, flags, io, startedAt);
    });
  } catch (error) {
    if (error instanceof RelayError) {
      const { reportRefusal } = await import('./import-on-host.ts');
      await reportRefusal(error, reached, request, flags, io, startedAt);
    }
    throw error;
  }
}

/** What is asked for by options, or by a plan that was saved. */
async function requestOf(
  flags: CommandFlags,
  io: Io,
  redactor: Redactor,
  sources: Sources,
): Promise<{ request: ImportRequest; saved: SavedPlan | null }> {
  const { plan } = flags;
  if (plan === undefined) return { request: await readImportRequest(flags, io, redactor, sources), saved: null };
  const { savedPlanRequest } = await import('../options/saved-plan-request.ts');
  return savedPlanRequest({ ...flags, plan }, io, redactor);
}
