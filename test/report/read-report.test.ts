import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildReport } from '../../src/report/build-report.ts';
import { parseReports, readReports } from '../../src/report/read-report.ts';
import { RelayError } from '../../src/core/relay-error.ts';
import { aRecord } from '../support/builders.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'relay-read-report-'));
});
afterAll(() => rm(folder, { recursive: true }));

const report = buildReport(aRecord('test-key-one\n'));

async function refusal(read: () => unknown): Promise<{ code: string; message: string; hint: string }> {
  try {
    await read();
  } catch (error) {
    if (error instanceof RelayError) return error;
    throw error;
  }
  throw new Error('it was read');
}

describe('reading a whole report', () => {
  it('gives what was written, without fields that this relay does not know', async () => {
    const file = join(folder, 'report.json');
    await writeFile(file, `\uFEFF${JSON.stringify({ ...report, later: 1 })}`);
    expect(await readReports(file)).toEqual({ single: report });
    const unit = { host: 'eu-1', provider: 'acme', access: 'subscription' };
    const several = {
      schema: 'relay.imports-report/1',
      startedAt: report.run.startedAt,
      finishedAt: report.run.finishedAt,
      relayVersion: '0.0.0',
      exitCode: 0,
      fleet: { digest: 'sha256:00', shard: { index: 2, of: 3 }, missing: [] },
      imports: [{ ...report, unit }],
    };
    expect(parseReports(JSON.stringify(several), 'r')).toEqual({ several });
    // A shard may have no host.
    expect(parseReports(JSON.stringify({ ...several, imports: [] }), 'r')).toEqual({
      several: { ...several, imports: [] },
    });
    const { unit: _unit, ...without } = { ...report, unit };
    expect(() => parseReports(JSON.stringify({ ...several, imports: [without] }), 'r')).toThrow(
      '"imports.0.unit" is missing',
    );
  });

  it.each([
    ['no JSON', 'sk-not-json-{', 'it is no JSON'],
    ['nothing', '', 'it is no JSON'],
    ['other JSON', '{"schema":"relay.plan/1"}', 'it is no report of an import'],
    ['a list', '[]', 'it is no report of an import'],
    ['a form that is none', '{"schema":"relay.import-report/x\\u001b[31m"}', 'it is no report of an import'],
    [
      'a newer report',
      JSON.stringify({ ...report, schema: 'relay.import-report/3' }),
      'it is of the form relay.import-report/3, and this relay reads relay.import-report/2',
    ],
    ['a report without a part', JSON.stringify({ ...report, summary: undefined }), '"summary" is missing or wrong'],
    ['a report with a wrong part', JSON.stringify({ ...report, exitCode: 'no' }), '"exitCode" is missing or wrong'],
  ])('refuses %s', async (_, text, why) => {
    const { code, message, hint } = await refusal(() => parseReports(text, 'r.json'));
    expect([code, message]).toEqual(['REPORT_UNREADABLE', `The report r.json cannot be used: ${why}.`]);
    expect(hint).not.toBe('');
  });

  it('says of a file that is not there what it is called', async () => {
    const file = join(folder, 'absent.json');
    const { code, message } = await refusal(() => readReports(file));
    expect([code, message]).toEqual(['FILE_UNREADABLE', `The report ${file} cannot be read (ENOENT).`]);
  });

  it('leaves out what a terminal would obey', () => {
    const host = { ...report.host, url: 'https://h\u001B]0;title\u0007\u001B[31m\u202E/' };
    expect(parseReports(JSON.stringify({ ...report, host }), 'r')).toMatchObject({
      single: { host: { url: 'https://h/' } },
    });
  });
});
