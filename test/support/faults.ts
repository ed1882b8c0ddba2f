import type { FaultRule } from '../../src/sandbox/faults/faults.ts';

export type Fault = Omit<FaultRule, 'path'>;

/** What may become of a request to any host. */
export const commonFaults: Record<string, Fault> = {
  'dropped before the work': { fault: 'drop-before' },
  'dropped after the work': { fault: 'drop-after' },
  'a 500 after the work': { fault: 'status', status: 500, after: true },
  'a 503 with Retry-After': { fault: 'status', status: 503, headers: { 'retry-after': '1' } },
  'a 429': { fault: 'status', status: 429 },
  'a page of a proxy': { fault: 'html' },
  'a cut answer or event stream': { fault: 'cut' },
  'an error that quotes all secrets': { fault: 'echo' },
};
