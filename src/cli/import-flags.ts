import type { ImportOptions } from './import-options.ts';

/** What `import` and `plan` are told besides what to import. */
export interface ImportFlags extends ImportOptions {
  dryRun?: boolean;
  detailedExitcode?: boolean;
  yes?: boolean;
  output: 'text' | 'json';
  quiet?: boolean;
  verbose?: boolean;
  color: boolean;
  input: boolean;
}
