import type { ProviderStatus } from '../../plan/status-schema.ts';

const columns = [
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
] as const;

/** The accounts of a status as comma-separated values, with a header (RFC 4180). */
export function statusCsv({ accounts }: Pick<ProviderStatus, 'accounts'>): string {
  const rows = accounts.map((account) => columns.map((column) => field(account[column])).join(','));
  return [columns.join(','), ...rows].join('\r\n');
}

/** A field that a spreadsheet would take for a formula is text. */
function field(value: string | number | boolean | null): string {
  if (value === null) return '';
  const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
