/** An address as it was written, without what may be a secret in it. */
export function shownAddress(text: string): string {
  return text.replace(/[^/]*@/, '…@').replace(/[?#].*$/s, '…');
}
