import { describe, expect, it } from 'vitest';
import type { Check } from '../../src/host/diagnosis.ts';
import { doctorReport } from '../../src/report/doctor-report.ts';
import { doctorText } from '../../src/report/text/doctor-text.ts';

const plain = (text: string) => text;
const style = { bold: plain, dim: plain, good: plain, bad: plain, unsure: plain };
const url = 'https://gateway.example.org';

const checks: Check[] = [
  { id: 'address', name: 'Address', state: 'pass', message: `${url} answers`, hint: null, code: null },
  {
    id: 'captcha',
    name: 'Captcha',
    state: 'warning',
    message: 'on: a login needs a person',
    hint: 'Use a key.',
    code: null,
  },
  { id: 'clock', name: 'Clock', state: 'skipped', message: 'not looked at', hint: null, code: null },
];
const failed: Check = {
  id: 'login',
  name: 'Login',
  state: 'failure',
  message: 'no',
  hint: 'Check the key.',
  code: null,
};

describe('the text of an examination', () => {
  it('is one line for each check, with what to do below', () => {
    expect(doctorText(doctorReport(url, null, checks), style, 80).split('\n')).toEqual([
      url,
      '',
      `pass     Address  ${url} answers`,
      'warning  Captcha  on: a login needs a person',
      '                  → Use a key.',
      'skipped  Clock    not looked at',
      '',
      'relay can work on this host; 1 warning.',
    ]);
  });

  it.each([40, 69, 80, 200])('fits %d columns, but for what must stay whole', (columns) => {
    const long = { ...failed, message: 'word '.repeat(60).trim(), hint: `Read ${url}/${'x'.repeat(60)} first.` };
    const lines = doctorText(doctorReport(url, null, [...checks, long]), style, columns).split('\n');
    const wide = lines.filter((line) => line.length > columns);
    expect(wide.every((line) => line.trim().startsWith('https://') || line.trim().startsWith('→'))).toBe(true);
    expect(lines.join(' ').match(/word/g)).toHaveLength(60);
  });

  it.each([
    [[checks[0]!], 'relay can work on this host.', 0],
    [[checks[1]!, checks[1]!], 'relay can work on this host; 2 warnings.', 0],
    [[...checks, failed], '1 check failed.', 3],
    [[failed, failed], '2 checks failed.', 3],
  ])('sums up %#', (some, last, exitCode) => {
    const report = doctorReport(url, null, some);
    expect(report).toMatchObject({ exitCode, ok: exitCode === 0, host: { url, kind: null, version: null } });
    expect(doctorText(report, style, 80).split('\n').at(-1)).toBe(last);
  });
});
