import { modelSources } from '../core/modes.ts';
import type { User } from '../host/grants.ts';
import { z } from 'zod';
import type { ResourceStep, ValueChange } from '../host/layout.ts';
import { accountValues } from './account-values.ts';
import { acts, changesAnything, isForTheEnd, type ImportPlan, type Retest } from './import-plan.ts';

const actions = ['create', 'adopt', 'update', 'unchanged', 'retest', 'remove', 'reuse', 'extend', 'check'] as const;

const change = z.object({
  action: z.enum(actions),
  kind: z.string().describe('What the host calls such a thing; `account`, `gateway`.'),
  name: z.string(),
  id: z.string().nullable().describe('By what the host knows the object; null when it is yet to be made.'),
  detail: z.string(),
  line: z.int().optional().describe('The line of the key file, for accounts.'),
  fingerprint: z.string().optional(),
  values: z
    .array(z.object({ name: z.string(), from: z.string().nullable(), to: z.string().nullable() }))
    .optional()
    .describe('Each value that would change, as it is and as it shall be, for people.'),
});

/** A plan as programs read it. */
export const planViewSchema = z.object({
  schema: z.literal('relay.plan/1'),
  host: z.object({ url: z.string(), kind: z.string(), version: z.string() }),
  provider: z.object({
    id: z.string(),
    displayName: z.string(),
    baseUrl: z.string().describe('The upstream that keys would be sent to.'),
  }),
  models: z
    .object({
      from: z.enum(modelSources).describe('Who says which models there are.'),
      offered: z.array(z.string()).describe('The names that users may ask for; patterns aside.'),
      added: z.array(z.string()).describe('Those of them that no account offers today, where there are any accounts.'),
      gone: z.array(z.string()).describe('Offered by an account today, and no more.'),
      tested: z.string().describe('The one that each account is tested with.'),
    })
    .describe('What users may ask for.'),
  mode: z.string(),
  accessMode: z.string(),
  changes: z.array(change),
  counts: z
    .object({ added: z.int(), updated: z.int(), removed: z.int(), unchanged: z.int(), retested: z.int() })
    .describe('Accounts. Those that are tested again are among the unchanged ones.'),
  changesAnything: z.boolean(),
  acts: z.boolean().describe('Whether anything but reads would be sent: a change, or a test.'),
  warnings: z.array(z.object({ code: z.string(), message: z.string(), hint: z.string() })),
});

export type PlanView = z.infer<typeof planViewSchema>;
export type Change = z.infer<typeof change>;

/**
 * The plan in words: one change for each object, in the order in which they are carried out. `hide` makes a text fit
 * to be shown: names and values come from the host, where anybody may have put a key, or what is no text. Pure.
 */
export function viewPlan(
  plan: ImportPlan,
  { host, provider }: Pick<PlanView, 'host' | 'provider'>,
  hide: (text: string) => string,
): PlanView {
  const [first, last] = [false, true].map((end) => plan.resources.filter((step) => isForTheEnd(step) === end));
  const all: Change[] = [
    ...(first ?? []).map(resourceChange),
    ...accountChanges(plan),
    ...(last?.length === 0 ? grantChanges(plan) : []),
    ...gatewayChange(plan),
    ...(last ?? []).map(resourceChange),
    ...(last?.length === 0 ? [] : grantChanges(plan)),
    ...removalChanges(plan),
    ...plan.stale.staging.map((each) => staleChange(each, `a staging ${each.kind}, left by an interrupted run`)),
    ...plan.stale.clients.map((each) => staleChange(each, 'made for a gateway check, left by an interrupted run')),
  ];
  const changes = all.map((each) => withoutSecrets(each, hide));
  const accounts = (action: Change['action'][]) =>
    changes.filter((each) => each.kind === 'account' && action.includes(each.action)).length;
  return {
    schema: 'relay.plan/1',
    host,
    provider,
    models: {
      ...plan.models,
      offered: plan.models.offered.map(hide),
      added: plan.models.added.map(hide),
      gone: plan.models.gone.map(hide),
      tested: hide(plan.models.tested),
    },
    mode: plan.mode,
    accessMode: plan.access,
    changes,
    counts: {
      added: accounts(['create']),
      updated: accounts(['update', 'adopt']),
      removed: accounts(['remove']),
      unchanged: accounts(['unchanged', 'retest']),
      retested: accounts(['retest']),
    },
    changesAnything: changesAnything(plan),
    acts: acts(plan),
    warnings: plan.warnings,
  };
}

function resourceChange(step: ResourceStep): Change {
  const { action, kind, name, id, detail } = step;
  return { action, kind, name, id, detail, ...valuesOf('values' in step ? step.values : []) };
}

function staleChange({ kind, id, name }: ImportPlan['stale']['staging'][number], detail: string): Change {
  return { kind, name, action: 'remove', id, detail };
}

function accountChanges({ accounts }: ImportPlan): Change[] {
  return accounts.map((step): Change => {
    const key = `line ${step.line}, key ${step.fingerprint}${step.last4 === '' ? '' : ` (…${step.last4})`}`;
    const base = { kind: 'account' as const, name: step.name, line: step.line, fingerprint: step.fingerprint };
    if (step.action === 'create')
      return { ...base, action: 'create', id: null, detail: step.enabled ? key : `${key}; out of service` };
    if (step.action !== 'unchanged') {
      const edit = `${step.action === 'adopt' ? 'mark it as managed by relay, ' : ''}change ${step.differences.join(', ')}`;
      return {
        ...base,
        action: step.action,
        id: step.account.id,
        detail: [key, edit, ...retestWhy(step.retest)].join('; '),
        ...valuesOf(accountValues(step.account, step.change)),
      };
    }
    return {
      ...base,
      action: step.retest === null ? 'unchanged' : 'retest',
      id: step.account.id,
      detail: [key, ...retestWhy(step.retest)].join('; '),
    };
  });
}

function withoutSecrets(told: Change, hide: (text: string) => string): Change {
  const { values } = told;
  if (values === undefined) return told;
  const hidden = (text: string | null) => (text === null ? null : hide(text));
  return {
    ...told,
    values: values.map(({ name, from, to }) => ({ name: hide(name), from: hidden(from), to: hidden(to) })),
  };
}

function valuesOf(values: ValueChange[]): Pick<Change, 'values'> {
  return values.length === 0 ? {} : { values };
}

function retestWhy(retest: Retest | null): string[] {
  if (retest === 'changed') return ['is tested after the change'];
  if (retest === 'held_out') return ['out of service, is tested again and put back if it works'];
  return retest === 'untested' ? ['no test of it has ended well yet, is tested'] : [];
}

/** Undoing it, and removing the provider, puts the user back. */
function leavingText({ leaves }: User): string {
  return leaves === undefined ? '' : `the user leaves ${leaves}`;
}

function grantChanges({ grants }: ImportPlan): Change[] {
  return grants.map((step): Change => {
    const base = { kind: step.kind, name: step.user.email, action: step.action };
    if (step.action === 'create')
      return { ...base, id: null, detail: step.days === null ? leavingText(step.user) : `${step.days} days` };
    if (step.action === 'extend') return { ...base, id: step.id, detail: `by ${step.byDays} days` };
    const until = step.expiresAt === null ? '' : `until ${new Date(step.expiresAt).toISOString().slice(0, 10)}`;
    return { ...base, id: step.id, detail: until };
  });
}

function gatewayChange({ gateway, staging }: ImportPlan): Change[] {
  const how = {
    given: 'with the key that was given',
    find: 'with the key of a user who has access',
    make: 'with a key that relay makes and removes again',
    skip: '',
  }[gateway.probe];
  const beside: Change[] =
    staging?.by !== 'place'
      ? []
      : [
          {
            kind: staging.kind,
            name: staging.name,
            action: 'check',
            id: null,
            detail: 'what joins is proven there first; it is made for this run, and removed again',
          },
        ];
  return gateway.probe === 'skip'
    ? beside
    : [...beside, { kind: 'gateway', name: 'gateway', action: 'check', id: null, detail: how }];
}

function removalChanges({ removals }: ImportPlan): Change[] {
  return removals.map(({ id, name, reason }): Change => ({
    kind: 'account',
    name,
    action: 'remove',
    id,
    detail: reason,
  }));
}
