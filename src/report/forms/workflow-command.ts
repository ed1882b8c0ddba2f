/**
 * A workflow command of GitHub Actions that annotates a run. Line ends and the characters that end a property are
 * escaped, as https://docs.github.com/actions/reference/workflow-commands-for-github-actions wants it.
 */
export function workflowCommand(
  kind: 'error' | 'warning' | 'notice',
  properties: Record<string, string | number>,
  message: string,
): string {
  const data = (text: string) => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
  const property = (text: string) => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
  const list = Object.entries(properties).map(([name, value]) => `${name}=${property(String(value))}`);
  return `::${kind}${list.length === 0 ? '' : ` ${list.join(',')}`}::${data(message)}`;
}
