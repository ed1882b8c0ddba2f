import { accessModes, type AccessMode } from '../core/modes.ts';

/** The end of a managed group's description (rule N4). */
export interface GroupMarker {
  provider: string;
  access: AccessMode;
  run: string;
}

const pattern = /\[relay (\S+) (\S+) (\S+)\]$/;

export function readGroupMarker(description: string): GroupMarker | undefined {
  const [, provider, access, run] = pattern.exec(description.trim()) ?? [];
  const mode = accessModes.find((each) => each === access);
  return provider === undefined || run === undefined || mode === undefined
    ? undefined
    : { provider, access: mode, run };
}

/** The description with the marker at its end; an older marker is replaced. */
export function withGroupMarker(description: string, marker: GroupMarker): string {
  return `${description.trim().replace(pattern, '').trim()} [relay ${marker.provider} ${marker.access} ${marker.run}]`.trim();
}
