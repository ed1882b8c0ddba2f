import { findingHint } from '../../pack/finding.ts';
import type { Finding } from '../../text/finding.ts';
import { escapeMarkup } from './markup.ts';
import { workflowCommand } from './workflow-command.ts';

/** JUnit XML: a test case for each manifest, which fails with all of its faults. */
export function findingsJunit(
  checked: readonly { file: string; findings: readonly Finding[] }[],
  isFault: (finding: Finding) => boolean,
): string {
  const failures = checked.filter(({ findings }) => findings.some(isFault)).length;
  const cases = checked.map(({ file, findings }) => {
    const name = `    <testcase classname="relay validate" name="${escapeMarkup(file)}"`;
    const faults = findings.filter(isFault);
    const [first] = faults;
    if (first === undefined) return `${name}/>`;
    const text = faults.map(
      (each) => `${each.line}:${each.column} ${each.code}: ${each.message} (${findingHint(each)})`,
    );
    const says = `type="${escapeMarkup(first.code)}" message="${escapeMarkup(first.message)}"`;
    return `${name}>\n      <failure ${says}>${escapeMarkup(text.join('\n'))}</failure>\n    </testcase>`;
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites tests="${cases.length}" failures="${failures}">`,
    `  <testsuite name="relay validate" tests="${cases.length}" failures="${failures}">`,
    ...cases,
    '  </testsuite>',
    '</testsuites>',
  ].join('\n');
}

/** Annotations of GitHub Actions, one a finding. */
export function findingsGithub(findings: readonly Finding[]): string[] {
  return findings.map((finding) => {
    const { severity, file, line, column, code, message } = finding;
    return workflowCommand(severity, { file, line, col: column, title: code }, `${message}\n${findingHint(finding)}`);
  });
}
