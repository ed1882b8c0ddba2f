import type { RunTools } from '../../apply/run-tools.ts';
import { counted, firstOf } from '../../core/counted.ts';
import { problem, RelayError, type Problem } from '../../core/relay-error.ts';
import type { HttpClient } from '../../host/http/http-client.ts';
import { listModels, type ModelList } from '../../host/upstream/list-models.ts';
import { isPlaceholder } from '../../keys/placeholder.ts';
import { acceptedKeys } from '../../keys/key-file.ts';
import { isOnHost } from './refuse-loop.ts';
import { listedModels } from '../../pack/listed-models.ts';
import { withModels, type LiveOrder } from '../../pack/settle-provider.ts';
import type { ImportJob } from './import-job.ts';

/** The upstream is asked with so many keys, one after the other, before it counts as refusing them. */
const keysTried = 5;

/**
 * Fills in the models that the upstream of a job lists, where they are meant; asks with the first key that it takes. Throws what
 * asking throws, and `UPSTREAM_LIST_UNUSABLE` where none or too many of them are meant.
 */
export async function listLiveModels(job: ImportJob, { host, stop }: Pick<RunTools, 'host' | 'stop'>): Promise<void> {
  const { live, provider } = job;
  if (live === null) return;
  if (isOnHost(provider.baseUrl, host.info.url))
    throw new RelayError(
      'UPSTREAM_LIST_UNUSABLE',
      `${provider.baseUrl} is the machine of the host, whose models relay cannot list from here.`,
      { hint: 'Name the models with --model MODEL, the one to test with first.' },
    );
  const list = await readList(job, live.reach(provider.baseUrl), stop);
  const { models, most, alike } = listedModels(live.order, list.models);
  if (models.length === 0) throw new RelayError('UPSTREAM_LIST_UNUSABLE', noneOf(live.order, list, provider.baseUrl));
  if (models.length > most)
    throw new RelayError(
      'UPSTREAM_LIST_UNUSABLE',
      `${provider.baseUrl} lists ${counted(models.length, 'model')}, more than ${most}: ${firstOf(models)}.`,
    );
  job.warnings = [...job.warnings, ...leftOut(alike, list.unusable)];
  job.provider = withModels(live.order, provider.baseUrl, models);
  job.live = null;
}

function leftOut(alike: readonly string[], unusable: number): Problem[] {
  const parts = [
    ...(alike.length === 0 ? [] : [`${firstOf(alike)}, whose names differ from others in case alone`]),
    ...(unusable === 0 ? [] : [`${counted(unusable, 'entry', 'entries')} without a usable name`]),
  ];
  return parts.length === 0
    ? []
    : [problem('MODELS_LEFT_OUT', `Of what the upstream lists, these are not offered: ${parts.join('; ')}.`)];
}

function noneOf({ asked }: LiveOrder, { models, unusable }: ModelList, baseUrl: string): string {
  if (models.length === 0)
    return `${baseUrl} lists no model${unusable === 0 ? '' : ` that has a usable name, of ${counted(unusable, 'entry', 'entries')}`}.`;
  const meant = asked.length === 0 ? 'the pack takes' : `--model ${asked.join(' ')} stands for`;
  return `${baseUrl} lists ${counted(models.length, 'model')}, none of which ${meant}: ${firstOf(models)}.`;
}

async function readList({ provider, keyFile }: ImportJob, http: HttpClient, stop: AbortSignal): Promise<ModelList> {
  const { platform } = provider;
  let refusal: RelayError | undefined;
  for (const { key, line, fingerprint } of acceptedKeys(keyFile).slice(0, keysTried)) {
    try {
      return await listModels({ platform, http, key }, stop);
    } catch (error) {
      if (!(error instanceof RelayError) || error.code !== 'UPSTREAM_REFUSED') throw error;
      refusal ??= new RelayError(
        error.code,
        isPlaceholder(fingerprint) ? error.message : `${error.message} (line ${line})`,
        { cause: error },
      );
    }
  }
  throw refusal ?? new RelayError('KEYS_EMPTY', 'There is no key to ask the upstream with.');
}
