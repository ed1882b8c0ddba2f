import { readGroupMarker } from '../../plan/group-marker.ts';
import type { Driver } from './driver.ts';

/** Groups bear the marker of their run at the end of their description. */
export const groupDriver: Driver<'group'> = {
  find: (host) => host.reads.groups(),
  isMadeAs: (group, name, made) => group.name === name && isOfRun(group.description, made.description),
  isStill: (group, _, made) => isOfRun(group.description, made.description),
  differences: (group, state) => [
    ...(state.name === undefined || group.name === state.name ? [] : ['name']),
    ...(state.description === undefined || group.description === state.description ? [] : ['description']),
    ...(state.platform === undefined || group.platform === state.platform ? [] : ['platform']),
    ...(state.type === undefined || group.type === state.type ? [] : ['type']),
    // Hosts keep four decimals of a rate.
    ...(state.rateMultiplier === undefined || Math.abs(group.rateMultiplier - state.rateMultiplier) < 1e-4
      ? []
      : ['rate multiplier']),
  ],
  stateOf: ({ name, description, platform, type, rateMultiplier }) => ({
    name,
    description,
    platform,
    type,
    rateMultiplier,
  }),
  remove: (host, { id }) => host.writes.deleteGroup(id),
  restore: (host, { id }, { before }) => host.writes.describeGroup(id, before.description ?? ''),
};

function isOfRun(description: string, made: string | undefined): boolean {
  const run = readGroupMarker(made ?? '')?.run;
  return run !== undefined && readGroupMarker(description)?.run === run;
}
