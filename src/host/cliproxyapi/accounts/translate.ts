import type { Account, Id } from '../../account.ts';
import { resourceName } from '../../names.ts';
import type { Screen } from '../../screen.ts';
import { markerOf } from '../marks.ts';
import { platformOf, type HeldKey, type Unit } from '../lists/units.ts';

/** Keys that are long enough tell how they end. */
const tellingLength = 16;

/** The accounts of a unit: one for each of its keys. Only what its mark names is relay's. */
export function accountsOf(unit: Unit, screen: Screen): Account[] {
  return unit.keys.map((held, index) => accountOf(unit, held, index, screen));
}

function accountOf(unit: Unit, held: HeldKey, index: number, screen: Screen): Account {
  const { list, mark, mapping, baseUrl, disabled } = unit;
  const { fingerprint } = held;
  const own = mark?.keys.get(fingerprint);
  const key = held.key.open();
  const last4 = key.length < tellingLength ? undefined : key.slice(-4);
  const marker = mark === null || own === undefined ? null : markerOf(mark, own, { fingerprint, last4 }, screen);
  const place = shownPlace(unit, screen);
  return {
    id: marker === null ? foreignId(place, held, index) : accountId(place, fingerprint),
    name: screen.name(own?.name ?? `${unit.name || list}#${index + 1}`, fingerprint),
    platform: platformOf(list),
    baseUrl: screen.hide(baseUrl),
    mapping: Object.fromEntries(
      Object.entries(mapping).map(([alias, model]) => [screen.hide(alias), screen.hide(model)]),
    ),
    concurrency: null,
    priority: null,
    places: [place],
    settings: {},
    marker,
    tested: own?.tested === true,
    paused: false,
    state: 'active',
    enabled: !disabled,
    stateMessage: '',
    limitedUntil: null,
    discovering: false,
  };
}

/** Where the keys of a unit serve: by the name of the managed provider, or that of others. */
export function placeOf({ list, name, mark }: Pick<Unit, 'list' | 'name' | 'mark'>): Id {
  return mark === null ? `${list}:${name}` : resourceName(mark.provider, mark.access);
}

/** The same, fit to be seen: others may have put a key into a name. */
export function shownPlace(unit: Pick<Unit, 'list' | 'name' | 'mark'>, screen: Pick<Screen, 'hide'>): Id {
  return unit.mark === null ? screen.hide(placeOf(unit)) : placeOf(unit);
}

/** A key has no number on this host: it is what it is. */
export function accountId(place: Id, fingerprint: string): Id {
  return `${place}/${fingerprint.replace(/^sha256:/, '')}`;
}

/** The place and the fingerprint that an id of relay's own accounts is made of. */
export function partsOfId(id: Id): { place: Id; fingerprint: string } {
  const at = id.lastIndexOf('/');
  return { place: id.slice(0, at), fingerprint: `sha256:${id.slice(at + 1)}` };
}

function foreignId(place: Id, { fingerprint }: HeldKey, index: number): Id {
  return `${place}#${index}/${fingerprint.replace(/^sha256:/, '')}`;
}
