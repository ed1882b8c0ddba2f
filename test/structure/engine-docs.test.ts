import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { parseDuration } from '../../src/config/duration.ts';
import { commandNames } from '../../src/config/options/option-record.ts';
import type { CommandName } from '../../src/config/options/option-record.ts';
import { longOption, optionsOf } from '../../src/config/options/option-table.ts';
import { codeBlocks } from '../release/code-blocks.js';
import { relayIn, relayOf } from '../release/commands-of-pages.ts';

/** Kubernetes reads YAML 1.1, where 0440 is octal; the others take `on` for a word. */
const versions = { 'kubernetes.md': '1.1', 'fleet-ci.md': 'core' } as const;
type Page = keyof typeof versions;
const pages = Object.keys(versions) as Page[];
const textOf = (page: Page) => readFileSync(new URL(`../../docs/${page}`, import.meta.url), 'utf8');

/** What others' programs would read, and this test only where it asserts something. */
// oxlint-disable-next-line typescript/no-explicit-any -- each shape is another program's
type Loose = Record<string, any>;

const readYaml = (text: string, page: Page) =>
  parseAllDocuments(
    text,
    versions[page] === '1.1' ? { strict: true, version: '1.1' } : { strict: true, schema: 'core' },
  );
const blocks = pages.flatMap((page) => codeBlocks(textOf(page), 'yaml').map((block) => ({ ...block, page })));
const documentsOf = (page: Page) =>
  blocks
    .filter((block) => block.page === page)
    .flatMap(({ text }) => [...readYaml(text, page)].map((document) => document.toJS() as Loose));

/** The value of an option among words such as `--shard auto` or `--shard=auto`. */
function valueOf(option: string, words: readonly string[]): string | undefined {
  const at = words.findIndex((word) => word === option || word.startsWith(`${option}=`));
  return at === -1 ? undefined : words[at]?.includes('=') ? words[at].slice(option.length + 1) : words[at + 1];
}

const minutes = (duration: string | undefined) => (parseDuration(duration ?? '') ?? Number.NaN) / 60_000;

const manifests = documentsOf('kubernetes.md');
const named = (kind: string, name: string): Loose => {
  const found = manifests.find((each) => each['kind'] === kind && each['metadata'].name === name);
  expect(found, `${kind} ${name}`).toBeDefined();
  return found ?? {};
};
/** Every pod that the manifests make, by what makes it. */
const pods = manifests.flatMap((each): [string, Loose][] => {
  const job = each['kind'] === 'CronJob' ? each['spec'].jobTemplate : each['kind'] === 'Job' ? each : undefined;
  return job === undefined ? [] : [[each['metadata'].name as string, job.spec.template.spec as Loose]];
});

describe('the YAML in docs/', () => {
  it.each(blocks)('is well formed ($page, $section)', ({ page, text }) => {
    const faults = [...readYaml(text, page)].flatMap(({ errors, warnings }) => [...errors, ...warnings]);
    expect(faults).toEqual([]);
  });

  it('is all that is there in blocks of code, beside shell and one Dockerfile', () => {
    const languages = pages.flatMap((page) => [...textOf(page).matchAll(/^```(\w+)$/gm)].map(([, name]) => name));
    expect(new Set(languages)).toEqual(new Set(['yaml', 'sh', 'dockerfile']));
  });
});

describe('docs/kubernetes.md', () => {
  it('holds all that an import, a merge and a probe need', () => {
    expect(manifests.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`)).toEqual([
      ...Array.from({ length: 3 }, () => 'v1 Secret'),
      'v1 ConfigMap',
      'v1 PersistentVolumeClaim',
      'batch/v1 Job',
      'batch/v1 Job',
      'batch/v1 CronJob',
    ]);
    expect(
      relayOf(manifests).map(([first, second]) => [first, second === 'merge' ? second : ''].join(' ').trim()),
    ).toEqual(['import', 'report merge', 'report', 'probe']);
  });

  describe('the Job that imports', () => {
    const { spec } = named('Job', 'relay-fleet-1');
    const pod = spec.template.spec as Loose;
    const [container] = pod['containers'] as Loose[];

    it('has a pod for each shard, and tells relay how many there are', () => {
      expect(spec).toMatchObject({ completionMode: 'Indexed', completions: 10 });
      expect(container?.['env']).toContainEqual({ name: 'RELAY_SHARDS', value: String(spec.completions) });
      expect(valueOf('--shard', container?.['args'])).toBe('auto');
      expect(spec.parallelism).toBeLessThanOrEqual(spec.completions);
    });

    it('writes a report for each shard and run', () => {
      const report = valueOf('--report', container?.['args']);
      expect(report).toBe('/reports/$(JOB_NAME)-$(JOB_COMPLETION_INDEX).json');
      expect(container?.['env'].map((each: Loose) => each['name'])).toContain('JOB_NAME');
    });

    it('has rules that Kubernetes takes, and that leave alone what would end the same', () => {
      expect(pod['restartPolicy']).toBe('Never');
      expect(spec.backoffLimitPerIndex).toBeGreaterThan(0);
      expect(spec.maxFailedIndexes).toBeLessThanOrEqual(spec.completions);
      const rules = spec.podFailurePolicy.rules as Loose[];
      for (const rule of rules) {
        expect(['FailIndex', 'Ignore', 'Count']).toContain(rule['action']);
        expect('onExitCodes' in rule).not.toBe('onPodConditions' in rule);
      }
      const [codes] = rules
        .filter(({ action }) => action === 'FailIndex')
        .map(({ onExitCodes }) => onExitCodes as Loose);
      expect(codes).toMatchObject({ containerName: container?.['name'], operator: 'In' });
      expect(codes?.['values']).toContain(2);
      // What was killed, and what could not be reached, is tried again. Kubernetes refuses 0 and wants them in order.
      for (const code of [0, 3, 130, 137, 143]) expect(codes?.['values']).not.toContain(code);
      expect(codes?.['values']).toEqual(
        [...new Set(codes?.['values'] as number[])].toSorted((one, other) => one - other),
      );
      expect(rules).toContainEqual({ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget' }] });
    });
  });

  it.each(pods)('%s: relay ends before Kubernetes ends it', (_name, pod) => {
    expect(pod['restartPolicy']).toBe('Never');
    const deadline = valueOf('--deadline', pod['containers'][0].args as string[]);
    if (deadline === undefined) return;
    expect(minutes(deadline)).toBeLessThan(pod['activeDeadlineSeconds'] / 60);
  });

  it.each(pods)('%s: runs without root, and writes only where it must', (_name, pod) => {
    expect(pod['securityContext']).toMatchObject({ runAsNonRoot: true, runAsUser: 1000 });
    for (const container of pod['containers'] as Loose[]) {
      expect(container['securityContext']).toMatchObject({
        readOnlyRootFilesystem: true,
        allowPrivilegeEscalation: false,
      });
      const written = container['volumeMounts'].filter((mount: Loose) => mount['readOnly'] !== true);
      expect(written.map((mount: Loose) => mount['mountPath'])).toEqual(written.length === 0 ? [] : ['/reports']);
    }
  });

  it.each(pods)('%s: mounts and refers to what is defined', (_name, pod) => {
    const volumes = new Map((pod['volumes'] as Loose[]).map((volume) => [volume['name'], volume]));
    for (const container of pod['containers'] as Loose[]) {
      expect(container['volumeMounts'].map((mount: Loose) => mount['name'])).toEqual([...volumes.keys()]);
      for (const { valueFrom } of (container['env'] ?? []) as Loose[])
        if (valueFrom?.secretKeyRef !== undefined)
          expect(named('Secret', valueFrom.secretKeyRef.name)['stringData']).toHaveProperty([
            valueFrom.secretKeyRef.key,
          ]);
    }
    for (const { configMap, secret, persistentVolumeClaim } of volumes.values()) {
      if (configMap !== undefined) named('ConfigMap', configMap.name);
      if (persistentVolumeClaim !== undefined) named('PersistentVolumeClaim', persistentVolumeClaim.claimName);
      if (secret === undefined) continue;
      const { stringData } = named('Secret', secret.secretName);
      for (const { key } of (secret.items ?? []) as Loose[]) expect(stringData).toHaveProperty([key]);
      // Readable by the group that the pod's user is in, and by nobody else.
      if (secret.items === undefined) expect(secret.defaultMode).toBe(0o440);
    }
  });

  it('names in its arguments files that are mounted', () => {
    const { data } = named('ConfigMap', 'relay-config');
    const listed = parse(data['relay.config.yaml']).hosts as Record<string, Loose>;
    const keys = named('Secret', 'relay-keys')['stringData'];
    const adminKeys = named('Secret', 'relay-admin-keys')['stringData'];
    for (const [name, { adminKeyFile }] of Object.entries(listed)) {
      expect(adminKeyFile).toBe(`/etc/relay/admin-keys/${name}`);
      expect(Object.keys(adminKeys)).toContain(name);
      expect(Object.keys(keys)).toContain(`${name}.txt`);
    }
    for (const words of relayOf(manifests).filter(([name]) => name === 'import' || name === 'probe'))
      for (const option of ['--config', '--file'])
        expect(Object.keys(data)).toContain(valueOf(option, words)?.replace('/etc/relay/config/', ''));
  });

  it('merges whatever the shards left, in the folder and under the name of the run', () => {
    const [merge] = relayOf(named('Job', 'relay-fleet-1-merge'));
    expect(merge?.slice(0, 3)).toEqual(['report', 'merge', '/reports/relay-fleet-1-*.json']);
    expect(named('Job', 'relay-fleet-1-merge')['spec'].backoffLimit).toBe(0);
  });

  it('probes once at a time, and once a night, since a second probe would find nothing new', () => {
    const { spec } = named('CronJob', 'relay-probe');
    expect(spec).toMatchObject({ concurrencyPolicy: 'Forbid', jobTemplate: { spec: { backoffLimit: 0 } } });
    expect(relayOf(spec)[0]).toContain('--since-last');
  });
});

describe('docs/fleet-ci.md', () => {
  const documents = documentsOf('fleet-ci.md');
  const github = documents.find((each) => 'jobs' in each) ?? {};
  const gitlab = documents.find((each) => 'stages' in each) ?? {};

  it('runs relay the same way on both services', () => {
    for (const pipeline of [github, gitlab])
      expect(relayOf(pipeline).map(([first, second]) => (first === 'report' ? `${first} ${second}` : first))).toEqual([
        'import',
        'report merge',
        'report show',
      ]);
  });

  it('writes the files that its configuration names', () => {
    const hosts = documents.find((each) => 'hosts' in each)?.['hosts'] as Record<string, Loose>;
    const written = [github, gitlab].map((pipeline) => JSON.stringify(pipeline));
    for (const [name, { adminKeyFile }] of Object.entries(hosts))
      for (const text of written) {
        expect(text).toContain(`fleet/${String(adminKeyFile).replace('./', '')}`);
        expect(text).toContain(`fleet/keys/${name}.txt`);
      }
  });

  describe('on GitHub', () => {
    const { import: shards, merge } = github['jobs'] as Record<string, Loose>;
    const [words] = relayOf(shards);

    it('has as many shards as it says', () => {
      const listed = shards?.['strategy'].matrix.shard as number[];
      expect(valueOf('--shard', words ?? [])).toBe(`{{matrix.shard}}/${listed.length}`);
      expect(listed).toEqual(Array.from(listed, (_, index) => index + 1));
      expect(shards?.['strategy']['fail-fast']).toBe(false);
    });

    it('keeps runs apart, and lets relay end before the job does', () => {
      expect(github['concurrency']).toEqual({ group: 'relay-fleet', 'cancel-in-progress': false });
      expect(minutes(valueOf('--deadline', words ?? []))).toBeLessThan(shards?.['timeout-minutes']);
    });

    it('lets relay have the signals of its step', () => {
      const importing = shards?.['steps'].find((step: Loose) => step['name'] === 'Import');
      expect(importing.run).toMatch(/^exec relay /);
    });

    it('uploads each report, and merges them whatever happened', () => {
      const upload = shards?.['steps'].at(-1);
      expect(upload.if).toBe('always()');
      expect(upload.with.path.replaceAll(' ', '').replaceAll('$', '')).toBe(valueOf('--report', words ?? []));
      expect(merge).toMatchObject({ needs: 'import', if: 'always()' });
      const download = merge?.['steps'].find((step: Loose) => String(step['uses']).includes('download-artifact'));
      expect(download.with).toEqual({ pattern: 'relay-report-*', 'merge-multiple': true });
    });

    it('gives secrets to single steps, by the environment', () => {
      const inScripts = [shards, merge].flatMap((job) => job?.['steps'].map((step: Loose) => step['run'] ?? ''));
      expect(inScripts.filter((text) => /secrets\./.test(String(text)))).toEqual([]);
      expect(JSON.stringify(github['env'])).not.toContain('secrets.');
    });
  });

  describe('on GitLab', () => {
    const { import: shards, merge } = gitlab as Record<string, Loose>;
    const [words] = relayOf(shards);

    it('asks the service which shard it is', () => {
      expect(shards?.['parallel']).toBe(10);
      expect(valueOf('--shard', words ?? [])).toBe('auto');
      // One group for all shards would run them one after another.
      expect(shards?.['resource_group']).toContain('$CI_NODE_INDEX');
    });

    it('lets relay end before the script of the job does', () => {
      const [limit] = String(shards?.['timeout']).split(' minutes');
      expect(minutes(valueOf('--deadline', words ?? []))).toBeLessThan(Number(limit) - 5);
    });

    it('keeps the reports, and merges them whatever happened', () => {
      const { when, paths, reports } = (shards?.['artifacts'] ?? {}) as Loose;
      expect([when, merge?.['when'], merge?.['needs']]).toEqual(['always', 'always', ['import']]);
      const shown = (option: string) => valueOf(option, words ?? [])?.replace('$CI_NODE_INDEX', '*');
      expect([paths, reports.junit]).toEqual([[shown('--report')], shown('--junit')]);
    });

    it('tries again only what may end otherwise', () => {
      expect(shards?.['retry']).toEqual({ max: 2, when: ['runner_system_failure'], exit_codes: [3, 137] });
    });
  });
});

describe('a relay command in docs/', () => {
  const commands = pages.flatMap((page) => [
    ...codeBlocks(textOf(page), 'sh').flatMap(({ text }) => relayIn(text)),
    ...documentsOf(page).flatMap(relayOf),
    ...[...textOf(page).matchAll(/`(relay [^`]+)`/g)].flatMap(([, text = '']) => relayIn(text)),
  ]);

  it('is found', () => {
    expect(commands.length).toBeGreaterThan(12);
  });

  it.each(commands.map((words) => [words.join(' '), words] as const))('relay %s', (_line, words) => {
    const command = [words.slice(0, 2).join(' '), words[0] ?? ''].find((name): name is CommandName =>
      (commandNames as readonly string[]).includes(name),
    );
    expect(command).toBeDefined();
    if (command === undefined) return;
    const taken = [...optionsOf('all'), ...optionsOf(command)].map(([name]) => longOption(name));
    const given = words.filter((word) => word.startsWith('--')).map((word) => word.replace(/=.*$/s, ''));
    expect(given.filter((option) => !taken.includes(option))).toEqual([]);
  });
});
