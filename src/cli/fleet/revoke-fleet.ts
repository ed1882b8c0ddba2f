import type { Flags } from '../../config/options/option-flags.ts';
import { loadConfig } from '../../config/config-file.ts';
import { bucketsOf } from '../../core/buckets.ts';
import { counted, enumerated, firstOf } from '../../core/counted.ts';
import { RelayError } from '../../core/relay-error.ts';
import type { Redactor } from '../../core/secrets/redactor.ts';
import { findRevoked, type RevokedKey } from '../../flows/revoke-account.ts';
import type { Account } from '../../host/account.ts';
import { onlyOne, providersOf, revocationQuestion, revokeFound } from '../commands/provider/revoke-command.ts';
import type { Io } from '../io.ts';
import { refuseUnasked } from '../session/consent.ts';
import { atUnits } from './at-units.ts';

type RevokeFlags = Flags<'revoke'> & { file: string };

/**
 * `relay revoke --file`: takes the account of one key out of service on every host of a fleet that has it. The file names the
 * hosts; whatever provider the key is of, it is looked for. Refuses where more than one account of a host is meant, and
 * where no host has one.
 */
export async function revokeFleet(key: RevokedKey, flags: RevokeFlags, io: Io, redactor: Redactor): Promise<number> {
  const providers = await providersOf(flags, (await loadConfig(flags.config, io)).config);
  return atUnits<Account | null>(
    {
      name: 'revoke',
      title: 'Revoke at',
      ofHosts: true,
      holds: 'On the other hosts the key is out of service, or was never there.',
      units: ({ hosts }) => hosts.map(({ units }) => units.slice(0, 1)),
      look: async ({ tools, idle }) => {
        const found = await findRevoked(key, providers, tools);
        await idle();
        const account = found.meant.length === 0 ? null : onlyOne(found, flags);
        return { looked: account, questions: account === null ? [] : [revocationQuestion(account)] };
      },
      afterLook: (looked, hasFailed) => {
        const found = looked.filter((account) => account !== null);
        const keys = bucketsOf(found, ({ marker }) => marker?.fingerprint ?? '');
        // Different hosts may have different keys that end alike, or are called alike.
        if (keys.size > 1)
          throw new RelayError('KEY_AMBIGUOUS', `Accounts with ${keys.size} different keys may be meant.`, {
            details: [...keys].map(([fingerprint, own]) => `${fingerprint}: ${firstOf(own.map(({ name }) => name))}`),
            hint: 'Name the key by its --fingerprint.',
          });
        // Where a host did not answer, the key may be there.
        if (hasFailed || found.length > 0) return;
        throw new RelayError(
          'KEY_NOT_FOUND',
          `No account of relay on ${counted(looked.length, 'host')} holds such a key.`,
          {
            hint: 'Accounts of earlier runs do not say how their keys end; --keys FILE tells.',
          },
        );
      },
      work: async (at, asked) => {
        if (asked === null) return nothing;
        const first = await findRevoked(key, providers, at.tools);
        if (first.meant.length === 0) return nothing;
        const account = onlyOne(first, flags);
        refuseUnasked(account.id === asked?.id ? [] : [revocationQuestion(account)], flags);
        await at.hold(account.marker?.provider ?? '', at.run);
        const told = await revokeFound(account, first, at);
        const others = told.sameKey.map(({ name }) => name);
        return {
          exitCode: told.exitCode,
          isFine: told.exitCode === 0,
          result: told,
          word: `${account.name} ${told.done === 'removed' ? 'removed' : 'out of service'}`,
          says: [
            ...(others.length === 0 ? [] : [`${enumerated(others)} still serve with the key`]),
            ...(told.stillServing === 0 ? [`${told.account.provider} serves nobody now`] : []),
          ].join(', '),
        };
      },
    },
    flags,
    io,
    redactor,
  );
}

const nothing = { exitCode: 0, isFine: true, result: null, word: 'no such key', says: '' };
