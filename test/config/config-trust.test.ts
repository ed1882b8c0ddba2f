import { describe, expect, it } from 'vitest';
import { whyNotTrusted, type ConfigPlace } from '../../src/config/config-trust.ts';

const [root, me, other] = [0, 1000, 1001] as const;

describe('a configuration file that was found', () => {
  it.each<[string, ConfigPlace, number, number, number | undefined, string | undefined]>([
    ['mine, here', 'here', me, 0o644, me, undefined],
    ['mine, above', 'above', me, 0o600, me, undefined],
    ['mine and my group’s, above', 'above', me, 0o664, me, undefined],
    ['of root, above', 'above', root, 0o644, me, undefined],
    ['of another, above', 'above', other, 0o644, me, 'foreign'],
    ['of another, above root', 'above', other, 0o644, root, 'foreign'],
    ['of another, here, where I chose to be', 'here', other, 0o644, me, undefined],
    ['of another, in a place of mine, as mounts are', 'user', other, 0o644, me, undefined],
    ['mine, and anybody may write it', 'here', me, 0o646, me, 'writable'],
    ['of root, and anybody may write it', 'above', root, 0o666, me, 'writable'],
    ['in a place of mine, and anybody may write it', 'user', me, 0o622, me, 'writable'],
    ['on a system without such numbers', 'above', root, 0o666, undefined, undefined],
  ])('is trusted or not: %s (A17)', (_, place, uid, mode, reader, why) => {
    expect(whyNotTrusted(place, { uid, mode: 0o100000 | mode }, reader)).toBe(why);
  });
});
