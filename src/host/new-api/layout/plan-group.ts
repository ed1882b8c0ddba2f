import { problem, type Problem } from '../../../core/relay-error.ts';
import type { Owner, ResourceStep } from '../../layout.ts';
import { withGroupMarker } from '../../group-marker.ts';
import { resourceName } from '../../names.ts';
import type { GroupState } from '../drivers/group.ts';
import { managedGroup, type NewApiResources, type Planned } from './held.ts';

/**
 * Rules B7, B9 and N4 for the group: a name that every user may choose, or that only those are in who are put there, with
 * relay's marker in what they are shown of it.
 */
export function planGroup(job: Owner & { run: string; adopt: boolean }, resources: NewApiResources): Planned {
  const { groups, prices } = resources;
  const { provider, access, run, adopt } = job;
  const name = resourceName(provider.id, access);
  const group = groups.find((each) => each.name === name);
  const { rateMultiplier: ratio } = provider.groupTemplate;
  const marked = (text: string | null) =>
    withGroupMarker(text ?? provider.displayName, { provider: provider.id, access, run });
  const isOpen = access === 'self_service';
  const isManaged = managedGroup(job, resources) !== undefined;
  if (prices === undefined && (group === undefined || (!isOpen && !isManaged)))
    return { ...planned([]), problems: [rootNeeded(name)] };
  if (group === undefined) {
    const after: GroupState = {
      name,
      text: isOpen ? marked(null) : null,
      ownText: isOpen ? null : marked(null),
      ratio,
    };
    const detail = `rate ${ratio}, ${isOpen ? 'every user may choose it' : 'for those who are put into it'}`;
    return planned([{ kind: 'group', action: 'create', id: null, name, after, detail }]);
  }
  const step = { kind: 'group', name, id: group.id };
  if (!isManaged && !adopt)
    return {
      ...planned([]),
      problems: [problem('FOREIGN_OBJECT', `The group "${name}" was not made by relay.`)],
    };
  // Only root is shown the mark of one that nobody may choose, and can put it back.
  const lacksMark = !isOpen && group.ownText === null && prices !== undefined;
  if (isManaged && group.ratio !== null && !lacksMark) {
    const drift = [
      ...(Math.abs(group.ratio - ratio) < 1e-9
        ? []
        : [`The group "${name}" differs from the pack: its rate is ${group.ratio}, not ${ratio}.`]),
      ...(isOpen || group.text === null
        ? []
        : [`The group "${name}" is for those who are put into it, and by now every user may choose it.`]),
    ];
    return {
      ...planned([{ ...step, action: 'unchanged', detail: '' }]),
      warnings: drift.map((message) => problem('DRIFT', message)),
    };
  }
  if (prices === undefined) return { ...planned([]), problems: [rootNeeded(name)] };
  const before: GroupState = { name, text: group.text, ownText: group.ownText, ratio: group.ratio };
  const after: GroupState = {
    ...before,
    ...(isOpen ? { text: marked(group.text) } : { ownText: marked(group.ownText) }),
    ratio: group.ratio ?? ratio,
  };
  const differences = [
    ...(before.text === after.text && before.ownText === after.ownText ? [] : ['text for users']),
    ...(before.ratio === after.ratio ? [] : ['rate']),
  ];
  return planned([
    {
      ...step,
      action: isManaged ? 'update' : 'adopt',
      before,
      after,
      differences,
      values: [],
      detail: isManaged
        ? `put its ${lacksMark ? 'mark' : 'rate'} back`
        : `mark it as managed by relay${isOpen ? ', and let every user choose it' : ''}`,
    },
  ]);
}

function rootNeeded(name: string): Problem {
  return problem(
    'LOGIN_REFUSED',
    `Only root may make or mark the group "${name}" on this host, set prices, and see the mark of one that is not for every user.`,
    'Give the access token of root. For self-service access the one of an admin will do once the group is there.',
  );
}

function planned(steps: ResourceStep[]): Planned {
  return { steps, warnings: [], problems: [] };
}
