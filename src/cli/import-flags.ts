import type { ExtraReportFlags } from './extra-reports.ts';
import type { ImportOptions } from './import-options.ts';
import type { Settled } from './settle-options.ts';

/** How a command speaks. */
export interface SayFlags extends Settled {
  output: 'text' | 'json' | 'ndjson';
  quiet?: boolean;
  verbose?: boolean;
  color: boolean;
  /** Whether somebody may be asked. */
  input: boolean;
}

/** What `import` and `plan` are told besides what to import. */
export interface ImportFlags extends ImportOptions, ExtraReportFlags, SayFlags {
  /** Several imports in one go. */
  file?: string;
  dryRun?: boolean;
  detailedExitcode?: boolean;
  yes?: boolean;
  input: boolean;
}
