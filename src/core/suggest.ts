import { distance } from 'fastest-levenshtein';

/** The known word that `word` was probably meant to be, or `undefined` when none is near. Case does not matter. */
export function nearest(word: string, words: Iterable<string>): string | undefined {
  const desired = word.toLowerCase();
  let best: { word: string; away: number } | undefined;
  for (const candidate of words) {
    const known = candidate.toLowerCase();
    // Letters that changed places are one slip.
    const away = letters(desired) === letters(known) && desired !== known ? 1 : distance(desired, known);
    if (away <= Math.max(1, Math.floor(candidate.length / 3)) && (best === undefined || away < best.away)) {
      best = { word: candidate, away };
    }
  }
  return best?.word;
}

/** ` Did you mean "x"?`, or nothing when no known word is near. */
export function didYouMean(word: string, known: Iterable<string>): string {
  const found = nearest(word, known);
  return found === undefined ? '' : ` Did you mean "${found}"?`;
}

function letters(word: string): string {
  return [...word].toSorted().join('');
}
