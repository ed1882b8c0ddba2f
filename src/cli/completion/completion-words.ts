import { loadConfig } from '../../config/config-file.ts';
import type { ConfigFile } from '../../config/config-schema.ts';
import { optionSettings } from '../../config/option-settings.ts';
import { findPack, knownPacks } from '../../pack/find-pack.ts';
import type { PackProvider } from '../../pack/manifest.ts';
import { explanations } from '../../report/explain-code.ts';
import { withState } from '../session/open-state.ts';
import { Redactor } from '../../core/secrets/redactor.ts';
import type { Io } from '../io.ts';

/** Where words are looked up: the environment and folder of the process. */
export type Known = Io;

type Given = ReadonlyMap<string, string>;

/** Shells that there is a completion for. */
export const shells = ['bash', 'zsh', 'fish'] as const;

/** Words that an option, by its name, or an argument, by its placeholder, may be; none for what people make up. */
export async function candidatesFor(name: string, given: Given, io: Known): Promise<string[]> {
  const config = async () =>
    (await loadConfig(given.get('config'), io).catch(() => ({ config: {} as ConfigFile }))).config;
  switch (name) {
    case 'pack':
    case 'packs':
      return [...(await knownPacks((await config()).packDirs ?? [])).keys()];
    case 'provider':
      return (await providersOf(given, await config())).map(({ id }) => id);
    case 'acceptTerms':
      return (await providersOf(given, await config())).flatMap(({ terms }) => (terms === undefined ? [] : [terms.id]));
    case 'host':
      return [...Object.keys((await config()).hosts ?? {}), 'sandbox'];
    case 'run':
    case 'report':
      return runsOf(given, await config(), io);
    case 'code':
      return explanations.map(({ code }) => code);
    case 'shell':
      return [...shells];
    default:
      return [];
  }
}

/** The runs of the state that was named so far, or by the configuration; none where it does not answer. */
async function runsOf(given: Given, config: ConfigFile, io: Known): Promise<string[]> {
  const set = optionSettings(config, 'runs list', io.env).get('state') as ConfigFile['state'];
  const state = given.get('state') ?? set;
  return withState({ state }, io, new Redactor(), ({ runs }) => runs.ids()).catch(() => []);
}

/** The providers of the pack that was named so far, or of all packs. One that cannot be read has none. */
async function providersOf(given: Given, config: ConfigFile): Promise<readonly PackProvider[]> {
  const dirs = config.packDirs ?? [];
  const named = given.get('pack') ?? config.pack;
  const packs = named === undefined ? [...(await knownPacks(dirs)).keys()] : [named];
  const found = await Promise.all(
    packs.map((id) =>
      findPack(id, dirs).then(
        (pack) => pack.providers,
        () => [],
      ),
    ),
  );
  return found.flat();
}
