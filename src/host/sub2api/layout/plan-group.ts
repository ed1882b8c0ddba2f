import { isHidden } from '../../../core/secrets/hidden-text.ts';
import { problem, type Problem } from '../../../core/relay-error.ts';
import type { Owner, ResourceStep } from '../../layout.ts';
import { resourceName } from '../../names.ts';
import { withGroupMarker } from '../../group-marker.ts';
import type { Group } from '../objects.ts';
import { isMarkedFor, type Sub2apiResources } from './held.ts';

/** Rules B7, B9 and N4 for the group. */
export function planGroup(
  job: Owner & { run: string; adopt: boolean },
  { groups }: Sub2apiResources,
): { step: ResourceStep } | { problem: Problem } {
  const { provider, access, run } = job;
  const name = resourceName(provider.id, access);
  const type = access === 'subscription' ? 'subscription' : 'standard';
  const marker = { provider: provider.id, access, run };
  const found = groups.filter((group) => group.name === name);
  const [group] = found;
  if (group === undefined) {
    const { platform, groupTemplate } = provider;
    const { rateMultiplier } = groupTemplate;
    const description = withGroupMarker(provider.displayName, marker);
    const after = { name, description, platform, type, rateMultiplier };
    const detail = `${platform}, ${type}, rate ${rateMultiplier}`;
    return { step: { kind: 'group', action: 'create', id: null, name, after, detail } };
  }
  const isManaged = isMarkedFor(group, job);
  const obstacle = obstacleIn(found, group, isManaged, { ...job, type });
  if (obstacle !== undefined) return { problem: obstacle };
  const step = { kind: 'group', name, id: group.id };
  if (isManaged) return { step: { ...step, action: 'unchanged', detail: '' } };
  return {
    step: {
      ...step,
      action: 'adopt',
      before: { description: group.description },
      after: { description: withGroupMarker(group.description, marker) },
      differences: ['description'],
      values: [],
      detail: 'mark it as managed by relay',
    },
  };
}

function obstacleIn(
  found: readonly Group[],
  group: Group,
  isManaged: boolean,
  { provider, adopt, type }: Owner & { adopt: boolean; type: Group['type'] },
): Problem | undefined {
  const { name, id } = group;
  if (found.length > 1)
    return problem(
      'NAME_AMBIGUOUS',
      `${found.length} groups are named "${name}" (${found.map((each) => each.id).join(', ')}).`,
    );
  if (!isManaged && !adopt) return problem('FOREIGN_OBJECT', `The group "${name}" (${id}) was not made by relay.`);
  if (group.platform !== provider.platform || group.type !== type)
    return problem(
      'GROUP_MISMATCH',
      `The group "${name}" (${id}) is of platform ${group.platform} and type ${group.type}; ${provider.platform} and ${type} are needed.`,
    );
  if (isHidden(group.description) && !isManaged)
    return problem(
      'FOREIGN_OBJECT',
      `The description of the group "${name}" (${id}) may hold a key and cannot be kept; take the key out of it first.`,
    );
  return undefined;
}
