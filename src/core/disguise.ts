/**
 * In what an address is read otherwise than it looks, in words that go on behind its name; nothing when it is as it looks.
 * Readers of URLs take a backslash for a slash, undo percent signs in a host, and turn letters of other scripts into
 * `xn--…`, some of which look like ours. `text` is a URL.
 */
export function disguiseOf(text: string): string | undefined {
  if (text.includes('\\')) return 'holds a backslash, which is read as a slash';
  const { origin, protocol, hostname } = new URL(text);
  if (/[^\x21-\x7E]/.test(text)) return `holds letters that may look like others; it is read as ${origin}`;
  const isAsRead = text.toLowerCase().startsWith(`${protocol}//${hostname}`);
  return isAsRead ? undefined : `is read as ${origin}`;
}

/**
 * The same for an address that the operator gives, who may write the name of a host in any script: it is shown as it is
 * read.
 */
export function disguiseOfOwn(text: string): string | undefined {
  return /[^\x00-\x7F]/.test(text) && !text.includes('\\') ? undefined : disguiseOf(text);
}
