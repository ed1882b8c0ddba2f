import { RelayError } from '../../core/relay-error.ts';
import type { Driver, ResourceDriver } from '../../host/driver.ts';
import type { Host } from '../../host/host.ts';
import { accountDriver } from './account.ts';
import { grantDriver } from './grant.ts';

/** What hangs on something goes before it: grants, then accounts, then resources, the last that was made first. */
export function undoOrder({ grants, resources }: Host): string[] {
  const kinds = resources.drivers.map(({ kind }) => kind);
  return [...(grants === null ? [] : [grants.kind]), 'account', ...kinds.toReversed()];
}

/** The driver of a kind of object. Throws `INTERNAL` where the host has no such kind. */
export function driverFor(kind: string, host: Host): Driver {
  const { grants, clientKeys, resources } = host;
  const found =
    kind === 'account'
      ? accountDriver(host)
      : kind === grants?.kind
        ? grantDriver(grants)
        : kind === clientKeys?.driver.kind
          ? clientKeys.driver
          : resources.drivers.find((each) => each.kind === kind);
  if (found !== undefined) return found;
  throw new RelayError('INTERNAL', `A host of the kind ${host.info.kind} has no ${kind}.`);
}

/** The driver of a kind of resource. */
export function resourceDriver(kind: string, { resources }: Host): ResourceDriver {
  const found = resources.drivers.find((each) => each.kind === kind);
  if (found === undefined) throw new RelayError('INTERNAL', `There is no resource of the kind ${kind}.`);
  return found;
}
