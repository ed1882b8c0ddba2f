import { readFile, stat } from 'node:fs/promises';

/** Whom a password is for. */
export interface Login {
  host: string;
  port: number;
  database: string;
  user: string;
}

/**
 * The password that a file of libpq has for a login; nothing where it has none, or is not there. Throws where others can read
 * it, which libpq refuses too. https://www.postgresql.org/docs/current/libpq-pgpass.html
 */
export async function filedPassword(file: string, login: Login): Promise<string | undefined> {
  let text: string;
  try {
    const { mode } = await stat(file);
    if ((mode & 0o77) !== 0) throw new Error(`the password file ${file} is open to others; its mode must be 0600`);
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const wanted = [login.host.startsWith('/') ? 'localhost' : login.host, `${login.port}`, login.database, login.user];
  return text
    .split(/\r?\n/)
    .filter((line) => !line.startsWith('#'))
    .map(fieldsOf)
    .find((fields) => wanted.every((value, index) => fields[index] === '*' || fields[index] === value))?.[4];
}

/** Parted by colons; a backslash before one, or before another backslash, takes its meaning away. */
function fieldsOf(line: string): string[] {
  return [...line.matchAll(/((?:\\.|[^\\:])*)(?::|$)/g)].map(([, field = '']) => field.replace(/\\(.)/g, '$1'));
}
