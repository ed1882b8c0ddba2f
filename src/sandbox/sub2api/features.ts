/** The host versions that the sandbox can imitate. */
export const hostVersions = ['0.1.129', '0.1.179'] as const;
export type HostVersion = (typeof hostVersions)[number];

/** What differs between the imitated host versions; routes read this table and never compare version texts. */
export interface Features {
  groupPlatforms: readonly string[];
  billingModelSources: readonly string[];
  /** Admin routes may be locked until the compliance commitment is accepted. */
  compliance: boolean;
  /** An account without the Responses API is tested over chat completions, instead of not at all. */
  testsOverChat: boolean;
  /** The capability probe asks for a tool call and looks for one in the answer. */
  probesWithTool: boolean;
  /** The upstream base URL is parsed: its query survives, and the models list follows the version-suffix rule. */
  parsesBaseUrl: boolean;
  /** An account that goes to status `error` is unscheduled as well. */
  errorUnschedules: boolean;
  /** A group whose accounts all refuse a model answers 404 `model_not_found` instead of 503. */
  modelNotFound: boolean;
  /** Assigning over an expired subscription renews it. */
  renewsExpired: boolean;
  /** The list of plans holds complete objects with facts of their group. */
  fullPlans: boolean;
  /** `description: ""` in a group PUT clears it. */
  clearsGroupDescription: boolean;
  /** OpenAI accounts get `extra.openai_long_context_billing_enabled: false`. */
  longContextExtra: boolean;
  /** `claude-*` names in pricing count `.` and `-` as the same. */
  normalisesClaudeNames: boolean;
  /** DTOs carry the fields that the later version added. */
  newerFields: boolean;
  /** An anthropic 429 without an end limits the account's rate as well. */
  limitsAnthropic: boolean;
  /** A translated completion carries the content type of the upstream's stream. */
  leaksStreamType: boolean;
}

const platforms = ['anthropic', 'openai', 'gemini', 'antigravity'];
const sources = ['requested', 'upstream', 'channel_mapped'];

const table: Record<HostVersion, Features> = {
  '0.1.129': {
    groupPlatforms: platforms,
    billingModelSources: sources,
    compliance: false,
    testsOverChat: false,
    probesWithTool: false,
    parsesBaseUrl: false,
    errorUnschedules: false,
    modelNotFound: false,
    renewsExpired: false,
    fullPlans: false,
    clearsGroupDescription: false,
    longContextExtra: false,
    normalisesClaudeNames: false,
    newerFields: false,
    limitsAnthropic: false,
    leaksStreamType: true,
  },
  '0.1.179': {
    groupPlatforms: [...platforms, 'grok', 'kimi', 'zhipu', 'deepseek', 'composite'],
    billingModelSources: [...sources, 'response_model'],
    compliance: true,
    testsOverChat: true,
    probesWithTool: true,
    parsesBaseUrl: true,
    errorUnschedules: true,
    modelNotFound: true,
    renewsExpired: true,
    fullPlans: true,
    clearsGroupDescription: true,
    longContextExtra: true,
    normalisesClaudeNames: true,
    newerFields: true,
    limitsAnthropic: true,
    leaksStreamType: false,
  },
};

/** The features of a host version. */
export function featuresOf(version: HostVersion): Features {
  return table[version];
}
