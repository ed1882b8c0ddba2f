import type { ExtraReportFlags } from '../output/extra-reports.ts';
import type { ImportOptions } from './import-options.ts';
import type { Resolved } from './resolve-options.ts';

/** How a command speaks. */
export interface PrintFlags extends Resolved {
  output: 'text' | 'json' | 'ndjson';
  quiet?: boolean;
  verbose?: boolean;
  color: boolean;
  /** Whether somebody may be asked. */
  input: boolean;
}

/** What `import` and `plan` are told besides what to import. */
export interface ImportFlags extends ImportOptions, ExtraReportFlags, PrintFlags {
  /** Several imports in one go. */
  file?: string;
  dryRun?: boolean;
  detailedExitcode?: boolean;
  yes?: boolean;
  input: boolean;
}
