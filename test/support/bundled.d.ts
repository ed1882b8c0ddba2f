/**
 * Makes one file of a module and all that it imports, and returns where it is: for processes that want a part of relay, not
 * the whole command, since Node 20 runs no TypeScript. `folder`: where the file goes.
 */
export function bundled(module: string, folder: string): Promise<string>;
