/**
 * The fenced code blocks of a Markdown text in one language, with the section each stands in.
 * @param {string} markdown
 * @param {string} language
 */
export function codeBlocks(markdown, language) {
  const blocks = [];
  let section = '';
  let open;
  for (const line of markdown.split('\n')) {
    const fence = /^```(\w*)\s*$/.exec(line);
    if (open !== undefined && fence) {
      if (open.language === language) blocks.push({ section: open.section, text: open.lines.join('\n') });
      open = undefined;
    } else if (fence) open = { language: fence[1], section, lines: [] };
    else if (open !== undefined) open.lines.push(line);
    else if (line.startsWith('#')) section = line.replace(/^#+\s*/, '');
  }
  return blocks;
}

/**
 * The simple commands of a shell text, without comments. It knows what the pages use: `&&`, `||`, `|`, `;`, lines
 * that go on, and quotes.
 * @param {string} shell
 */
export function commandsIn(shell) {
  const quoted = /"(?:\\.|[^"\\])*"|'[^']*'/;
  const token = new RegExp(`${quoted.source}|#[^\\n]*|&&|\\|\\|?|;|\\n|[ \\t]+|\\$\\(|[()]|[^\\s"';|()&$#]+|.`, 'g');
  const commands = [];
  let command = '';
  const end = () => {
    if (command.trim() !== '') commands.push(command.trim());
    command = '';
  };
  for (const [part] of shell.replace(/\\\n\s*/g, ' ').matchAll(token)) {
    if (part.startsWith('#') && /(?:^|\s)$/.test(command)) continue;
    if (['&&', '||', '|', ';', '\n', '$(', '(', ')'].includes(part)) end();
    else command += part;
  }
  end();
  return commands;
}

/**
 * The words of one simple command, without quotes, and without what is redirected.
 * @param {string} command
 */
export function wordsOf(command) {
  const words = command.match(/(?:"(?:\\.|[^"\\])*"|'[^']*'|[^\s"'])+/g) ?? [];
  const redirect = words.findIndex((word) => /^\d?[<>]/.test(word));
  return (redirect === -1 ? words : words.slice(0, redirect)).map((word) => word.replace(/["']/g, ''));
}
