export function codeBlocks(markdown: string, language: string): { section: string; text: string }[];
export function commandsIn(shell: string): string[];
export function wordsOf(command: string): string[];
