import { expect, it } from 'vitest';
import { linesOfAlike } from '../../src/core/alike.ts';

it.each([
  [4, ['0', '1', '2', '3']],
  [5, ['0', '1', '2', '2 more like 0']],
])('a line for each of %i that are alike, or for a few and one for the rest', (count, lines) => {
  const items = Array.from({ length: count }, (_, index) => index);
  const told = linesOfAlike(
    items,
    () => '',
    String,
    (more, first) => `${more} more like ${first}`,
  );
  expect(told).toEqual(lines);
});

it('keeps together what is alike', () => {
  expect(
    linesOfAlike(
      ['a1', 'b1', 'a2'],
      (item) => item.charAt(0),
      (item) => item,
      () => '',
    ),
  ).toEqual(['a1', 'a2', 'b1']);
});
