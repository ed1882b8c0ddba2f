import type { Overview } from '../../plan/overview.ts';
import type { ProviderStatus } from '../../plan/status-schema.ts';

/** The accounts of a status as comma-separated values, with a header (RFC 4180). */
export function statusCsv({ accounts }: Pick<ProviderStatus, 'accounts'>): string {
  return csvOf(
    [
      'access',
      'id',
      'name',
      'fingerprint',
      'state',
      'tested',
      'priority',
      'concurrency',
      'lastUsedAt',
      'limitedUntil',
      'inKeys',
      'message',
    ],
    accounts,
  );
}

/** The providers of an overview in the same form. */
export function overviewCsv({ providers }: Pick<Overview, 'providers'>): string {
  return csvOf(
    [
      'id',
      'access',
      'accounts',
      'serving',
      'failing',
      'paused',
      'revoked',
      'misplaced',
      'untested',
      'resources',
      'lastUsedAt',
      'limited',
    ],
    providers,
  );
}

type Value = string | number | boolean | null | undefined;

function csvOf<Name extends string>(columns: readonly Name[], rows: readonly { [Column in Name]?: Value }[]): string {
  const lines = rows.map((row) => columns.map((column) => field(row[column])).join(','));
  return [columns.join(','), ...lines].join('\r\n');
}

/** A field that a spreadsheet would take for a formula is text. */
function field(value: Value): string {
  if (value === null || value === undefined) return '';
  const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
