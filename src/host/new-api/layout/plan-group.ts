import { problem, type Problem } from '../../../core/relay-error.ts';
import type { Owner, ResourceStep } from '../../layout.ts';
import { withGroupMarker } from '../../group-marker.ts';
import { resourceName } from '../../names.ts';
import type { GroupState } from '../drivers/group.ts';
import { managedGroup, type NewApiResources, type Planned } from './held.ts';

/** Rules B7, B9 and N4 for the group: a name that users may choose, with relay's marker in what they are shown of it. */
export function planGroup(job: Owner & { run: string; adopt: boolean }, { groups, prices }: NewApiResources): Planned {
  const { provider, access, run, adopt } = job;
  const name = resourceName(provider.id, access);
  const group = groups.find((each) => each.name === name);
  const { rateMultiplier: ratio } = provider.groupTemplate;
  const marker = { provider: provider.id, access, run };
  if (group === undefined && prices === undefined) return { ...planned([]), problems: [rootNeeded(name)] };
  if (group === undefined) {
    const after: GroupState = { name, text: withGroupMarker(provider.displayName, marker), ratio };
    const detail = `rate ${ratio}, every user may choose it`;
    return planned([{ kind: 'group', action: 'create', id: null, name, after, detail }]);
  }
  const step = { kind: 'group', name, id: group.id };
  const isManaged = managedGroup(job, groups) !== undefined;
  if (!isManaged && !adopt)
    return {
      ...planned([]),
      problems: [problem('FOREIGN_OBJECT', `The group "${name}" was not made by relay.`)],
    };
  if (isManaged && group.ratio !== null) {
    const differs = Math.abs(group.ratio - ratio) >= 1e-9;
    const message = `The group "${name}" differs from the pack: its rate is ${group.ratio}, not ${ratio}.`;
    return {
      ...planned([{ ...step, action: 'unchanged', detail: '' }]),
      warnings: differs ? [problem('DRIFT', message)] : [],
    };
  }
  if (prices === undefined) return { ...planned([]), problems: [rootNeeded(name)] };
  const before: GroupState = { name, text: group.text, ratio: group.ratio };
  const after: GroupState = {
    name,
    text: withGroupMarker(group.text ?? provider.displayName, marker),
    ratio: group.ratio ?? ratio,
  };
  const differences = [
    ...(before.text === after.text ? [] : ['text for users']),
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
      detail: isManaged ? 'put its rate back' : 'mark it as managed by relay, and let every user choose it',
    },
  ]);
}

function rootNeeded(name: string): Problem {
  return problem(
    'LOGIN_REFUSED',
    `The group "${name}" is yet to be made or marked, and only root may do that and set prices on this host.`,
    'Give the access token of root; once the group is there, the one of an admin will do.',
  );
}

function planned(steps: ResourceStep[]): Planned {
  return { steps, warnings: [], problems: [] };
}
