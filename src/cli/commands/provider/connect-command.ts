import { completionOf } from '../../../flows/completion-of.ts';
import { providerToTest } from '../../../flows/provider-on-host.ts';
import { takeSnapshot } from '../../../flows/read-status.ts';
import type { Flags } from '../../../config/options/option-flags.ts';
import { effectiveMapping } from '../../../pack/model-mapping.ts';
import type { ConnectOutput } from '../../../report/outputs/provider-schemas.ts';
import { fold } from '../../../report/text/fold.ts';
import { connectionText } from '../../../report/text/result-text.ts';
import { accountsOf, offeredNames } from '../../../plan/offered-names.ts';
import { isModelName } from '../../../core/model-name.ts';
import { accessSlug } from '../../../core/modes.ts';
import type { Redactor } from '../../../core/secrets/redactor.ts';
import { notThere } from '../../../core/relay-error.ts';
import { columnsOf } from '../../columns.ts';
import { print, styleFor, type Io } from '../../io.ts';
import { printResult } from '../../output/result.ts';
import { withProvider } from '../../session/with-provider.ts';

/** `relay connect`: what users need to reach a provider on a host. Sends nothing but reads. */
export async function connectCommand(flags: Flags<'connect'>, io: Io, redactor: Redactor): Promise<number> {
  return withProvider(flags, false, io, redactor, async ({ provider: ofPack, modes, tools, idle }) => {
    const held = await takeSnapshot(tools);
    await idle();
    // Anybody may have named a model on the host, and put there what is no name.
    const accounts = held.accounts.map((each) => ({ ...each, mapping: sayable(each.mapping, redactor) }));
    const ways = modes.flatMap((access) => {
      const provider = providerToTest(ofPack, accounts, access);
      const offered = offeredNames(accountsOf(ofPack.id, accounts, access).map(({ mapping }) => mapping));
      const models = offered.length > 0 ? offered : Object.keys(effectiveMapping(provider));
      const connection = tools.host.gateway.connection(completionOf(provider));
      const place = held.layout.place({ provider, access }, held);
      return place === undefined ? [] : [{ accessMode: access, ...connection, access: place.name, models }];
    });
    if (ways.length === 0) throw notThere();
    const told: ConnectOutput = { schema: 'relay.connect/1', ways };
    if (printResult(io, flags, 'connect', told)) return 0;
    const screen = { style: styleFor(io, 'stdout', flags.color), columns: columnsOf(io) };
    const texts = ways.map(({ accessMode, ...way }) => {
      const heading = screen.style.bold(`${ofPack.displayName}, ${accessSlug(accessMode)} access`);
      return `${fold(heading, screen.columns)}\n${connectionText(way, screen)}`;
    });
    print(io.stdout, texts.join('\n\n'));
    return 0;
  });
}

/** The models of a mapping whose names may be shown. */
function sayable(mapping: Readonly<Record<string, string>>, redactor: Redactor): Record<string, string> {
  return Object.fromEntries(
    Object.entries(mapping).filter((names) => names.every((name) => isModelName(name) && redactor.name(name) === name)),
  );
}
