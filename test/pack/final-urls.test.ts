import { satisfies } from 'semver';
import { channelBase, reaches, typeFor, upstreamBase as newApiBase } from '../../src/host/new-api/channel-types.ts';
import { upstreamProtocol, upstreamUrl } from '../../src/sandbox/new-api/gateway/upstream-url.ts';
import { expect, it } from 'vitest';
import { upstreamBase } from '../../src/host/sub2api/upstream-base.ts';
import { findPack, knownPacks } from '../../src/pack/find-pack.ts';
import type { Provider } from '../../src/pack/manifest.ts';
import { accountSettings, hostVersions } from '../../src/pack/provider-hosts.ts';
import { featuresOf, type Features } from '../../src/sandbox/sub2api/features.ts';
import { geminiUrl, messagesUrl, openAiUrl } from '../../src/sandbox/sub2api/gateway/upstream-url.ts';
import { settled } from '../support/builders.ts';

const versions = ['0.1.129', '0.1.179'] as const;

/** The call that a vendor documents for each provider: chat completions, messages, or Gemini's own. */
const documented: Record<string, string> = {
  anthropic: 'https://api.anthropic.com/v1/messages',
  baichuan: 'https://api.baichuan-ai.com/v1/chat/completions',
  cerebras: 'https://api.cerebras.ai/v1/chat/completions',
  // The vendor writes it without /v1, and takes both.
  deepseek: 'https://api.deepseek.com/v1/chat/completions',
  'deepseek-anthropic': 'https://api.deepseek.com/anthropic/v1/messages',
  'doubao-cn': 'https://ark.cn-beijing.volces.com/api/v3/chat/completions',
  'doubao-cn-coding': 'https://ark.cn-beijing.volces.com/api/coding/v3/chat/completions',
  'doubao-cn-coding-anthropic': 'https://ark.cn-beijing.volces.com/api/coding/v1/messages',
  'doubao-cn-plan': 'https://ark.cn-beijing.volces.com/api/plan/v3/chat/completions',
  'doubao-cn-plan-anthropic': 'https://ark.cn-beijing.volces.com/api/plan/v1/messages',
  'doubao-intl-coding': 'https://ark.ap-southeast.bytepluses.com/api/coding/v3/chat/completions',
  'doubao-intl-coding-anthropic': 'https://ark.ap-southeast.bytepluses.com/api/coding/v1/messages',
  fireworks: 'https://api.fireworks.ai/inference/v1/chat/completions',
  'fireworks-anthropic': 'https://api.fireworks.ai/inference/v1/messages',
  gemini: 'https://generativelanguage.googleapis.com/v1beta/models/gemini-3.1-flash-lite:generateContent',
  grok: 'https://api.x.ai/v1/chat/completions',
  groq: 'https://api.groq.com/openai/v1/chat/completions',
  'hunyuan-cn': 'https://tokenhub.tencentmaas.com/v1/chat/completions',
  'hunyuan-cn-anthropic': 'https://tokenhub.tencentmaas.com/v1/messages',
  'hunyuan-cn-coding': 'https://api.lkeap.cloud.tencent.com/coding/v3/chat/completions',
  'hunyuan-cn-token-plan': 'https://api.lkeap.cloud.tencent.com/plan/v3/chat/completions',
  'hunyuan-cn-token-plan-anthropic': 'https://api.lkeap.cloud.tencent.com/plan/anthropic/v1/messages',
  'kimi-cn': 'https://api.moonshot.cn/v1/chat/completions',
  'kimi-cn-anthropic': 'https://api.moonshot.cn/anthropic/v1/messages',
  'kimi-coding': 'https://api.kimi.com/coding/v1/chat/completions',
  'kimi-coding-anthropic': 'https://api.kimi.com/coding/v1/messages',
  'kimi-intl': 'https://api.moonshot.ai/v1/chat/completions',
  'kimi-intl-anthropic': 'https://api.moonshot.ai/anthropic/v1/messages',
  longcat: 'https://api.longcat.chat/openai/v1/chat/completions',
  'longcat-anthropic': 'https://api.longcat.chat/anthropic/v1/messages',
  mimo: 'https://api.xiaomimimo.com/v1/chat/completions',
  'mimo-anthropic': 'https://api.xiaomimimo.com/anthropic/v1/messages',
  'mimo-cn-token-plan': 'https://token-plan-cn.xiaomimimo.com/v1/chat/completions',
  'mimo-cn-token-plan-anthropic': 'https://token-plan-cn.xiaomimimo.com/anthropic/v1/messages',
  'mimo-eu-token-plan': 'https://token-plan-ams.xiaomimimo.com/v1/chat/completions',
  'mimo-eu-token-plan-anthropic': 'https://token-plan-ams.xiaomimimo.com/anthropic/v1/messages',
  'mimo-sgp-token-plan': 'https://token-plan-sgp.xiaomimimo.com/v1/chat/completions',
  'mimo-sgp-token-plan-anthropic': 'https://token-plan-sgp.xiaomimimo.com/anthropic/v1/messages',
  'minimax-cn': 'https://api.minimaxi.com/v1/chat/completions',
  'minimax-cn-anthropic': 'https://api.minimaxi.com/anthropic/v1/messages',
  'minimax-cn-token-plan': 'https://api.minimaxi.com/v1/chat/completions',
  'minimax-cn-token-plan-anthropic': 'https://api.minimaxi.com/anthropic/v1/messages',
  'minimax-intl': 'https://api.minimax.io/v1/chat/completions',
  'minimax-intl-anthropic': 'https://api.minimax.io/anthropic/v1/messages',
  'minimax-intl-token-plan': 'https://api.minimax.io/v1/chat/completions',
  'minimax-intl-token-plan-anthropic': 'https://api.minimax.io/anthropic/v1/messages',
  mistral: 'https://api.mistral.ai/v1/chat/completions',
  modelscope: 'https://api-inference.modelscope.cn/v1/chat/completions',
  'modelscope-anthropic': 'https://api-inference.modelscope.cn/v1/messages',
  openai: 'https://api.openai.com/v1/chat/completions',
  openrouter: 'https://openrouter.ai/api/v1/chat/completions',
  'openrouter-anthropic': 'https://openrouter.ai/api/v1/messages',
  qianfan: 'https://qianfan.baidubce.com/v2/chat/completions',
  'qianfan-coding-anthropic': 'https://qianfan.baidubce.com/anthropic/coding/v1/messages',
  'qianfan-token-plan-anthropic': 'https://qianfan.baidubce.com/anthropic/tokenplan/personal/v1/messages',
  'qwen-cn': 'https://dashscope.aliyuncs.com/compatible-mode/v1/chat/completions',
  'qwen-cn-anthropic': 'https://dashscope.aliyuncs.com/apps/anthropic/v1/messages',
  'qwen-cn-coding': 'https://coding.dashscope.aliyuncs.com/v1/chat/completions',
  'qwen-cn-coding-anthropic': 'https://coding.dashscope.aliyuncs.com/apps/anthropic/v1/messages',
  'qwen-cn-token-plan': 'https://token-plan.cn-beijing.maas.aliyuncs.com/compatible-mode/v1/chat/completions',
  'qwen-cn-token-plan-anthropic': 'https://token-plan.cn-beijing.maas.aliyuncs.com/apps/anthropic/v1/messages',
  'qwen-intl': 'https://dashscope-intl.aliyuncs.com/compatible-mode/v1/chat/completions',
  'qwen-intl-anthropic': 'https://dashscope-intl.aliyuncs.com/apps/anthropic/v1/messages',
  'qwen-intl-coding': 'https://coding-intl.dashscope.aliyuncs.com/v1/chat/completions',
  'qwen-intl-coding-anthropic': 'https://coding-intl.dashscope.aliyuncs.com/apps/anthropic/v1/messages',
  'qwen-intl-token-plan': 'https://token-plan.ap-southeast-1.maas.aliyuncs.com/compatible-mode/v1/chat/completions',
  'qwen-intl-token-plan-anthropic': 'https://token-plan.ap-southeast-1.maas.aliyuncs.com/apps/anthropic/v1/messages',
  sensenova: 'https://token.sensenova.cn/v1/chat/completions',
  'siliconflow-cn': 'https://api.siliconflow.cn/v1/chat/completions',
  'siliconflow-cn-anthropic': 'https://api.siliconflow.cn/v1/messages',
  'siliconflow-intl': 'https://api.siliconflow.com/v1/chat/completions',
  'siliconflow-intl-anthropic': 'https://api.siliconflow.com/v1/messages',
  spark: 'https://spark-api-open.xf-yun.com/v1/chat/completions',
  'spark-coding': 'https://maas-coding-api.cn-huabei-1.xf-yun.com/v2/chat/completions',
  'spark-coding-anthropic': 'https://maas-coding-api.cn-huabei-1.xf-yun.com/anthropic/v1/messages',
  'stepfun-cn': 'https://api.stepfun.com/v1/chat/completions',
  'stepfun-cn-anthropic': 'https://api.stepfun.com/v1/messages',
  'stepfun-cn-plan': 'https://api.stepfun.com/step_plan/v1/chat/completions',
  'stepfun-cn-plan-anthropic': 'https://api.stepfun.com/step_plan/v1/messages',
  'stepfun-intl': 'https://api.stepfun.ai/v1/chat/completions',
  'stepfun-intl-plan': 'https://api.stepfun.ai/step_plan/v1/chat/completions',
  'stepfun-intl-plan-anthropic': 'https://api.stepfun.ai/step_plan/v1/messages',
  together: 'https://api.together.xyz/v1/chat/completions',
  clinvoker: 'http://127.0.0.1:8080/openai/v1/chat/completions',
  'lm-studio': 'http://127.0.0.1:1234/v1/chat/completions',
  ollama: 'http://127.0.0.1:11434/v1/chat/completions',
  vllm: 'http://127.0.0.1:8000/v1/chat/completions',
  zai: 'https://api.z.ai/api/paas/v4/chat/completions',
  'zai-anthropic': 'https://api.z.ai/api/anthropic/v1/messages',
  'zai-coding': 'https://api.z.ai/api/coding/paas/v4/chat/completions',
  zhipu: 'https://open.bigmodel.cn/api/paas/v4/chat/completions',
  'zhipu-anthropic': 'https://open.bigmodel.cn/api/anthropic/v1/messages',
  'zhipu-coding': 'https://open.bigmodel.cn/api/coding/paas/v4/chat/completions',
};

const packs = await Promise.all([...(await knownPacks([])).keys()].map((id) => findPack(id)));
const providers = packs
  .flatMap((pack) => pack.providers)
  .filter(({ baseUrl }) => baseUrl !== 'ask')
  .map((provider): [string, Provider] => [provider.id, settled(provider)]);

function urlOf(provider: Provider, features: Features): string {
  const base = upstreamBase(provider.baseUrl, provider.platform).replace(/\/+$/, '');
  if (provider.platform === 'openai') return openAiUrl(features, base, '/v1/chat/completions');
  if (provider.platform === 'gemini') return geminiUrl(base, provider.smokeTestModel, 'generateContent');
  return messagesUrl(base).replace(/\?beta=true$/, '');
}

/** The host versions at hand that a provider may be used with. */
function admitted(provider: Provider): (typeof versions)[number][] {
  return versions.filter((version) => satisfies(version, hostVersions(provider, 'sub2api') ?? '*'));
}

it.each([
  ['anthropic', 'https://api.acme.example/anthropic/v1', 'https://api.acme.example/anthropic'],
  ['gemini', 'https://api.acme.example/v1beta/', 'https://api.acme.example'],
  ['openai', 'https://api.acme.example/v1', 'https://api.acme.example/v1'],
] as const)('the version that the host adds to a base of %s is not said twice', (platform, documentedBase, base) => {
  expect(upstreamBase(documentedBase, platform)).toBe(base);
});

it('packs hold what vendors document as the base URL, which is what sub2api takes as it is', () => {
  for (const [id, { baseUrl, platform }] of providers) expect(upstreamBase(baseUrl, platform), id).toBe(baseUrl);
});

it('every provider has a documented call, and the reverse', () => {
  expect(providers.map(([id]) => id).toSorted()).toEqual(Object.keys(documented).toSorted());
});

it.each(providers)('hosts call %s where the vendor documents it', (id, provider) => {
  const found = admitted(provider).map((version) => urlOf(provider, featuresOf(version)));
  expect(found).toEqual(admitted(provider).map(() => documented[id]));
  expect(admitted(provider)).toContain('0.1.179');
});

/** Addresses that no type of channel reaches: an import there is refused before anything is written. */
const unreachable = [
  'doubao-cn-plan',
  'doubao-intl-coding',
  'hunyuan-cn-coding',
  'hunyuan-cn-token-plan',
  'spark-coding',
];

it.each(providers)('new-api calls %s where the vendor documents it, or not at all', (id, provider) => {
  const { platform, smokeTestModel: model } = provider;
  const base = newApiBase(provider.baseUrl, platform);
  const type = typeFor(platform, accountSettings(provider, 'new-api')['type']);
  expect(reaches(type, base)).toBe(!unreachable.includes(id));
  if (unreachable.includes(id)) return;
  const client = { openai: 'chat', anthropic: 'messages', gemini: 'gemini' } as const;
  const protocol = upstreamProtocol(type, client[platform]);
  expect(upstreamUrl(type, channelBase(type, base), protocol, { model, stream: false })).toBe(documented[id]);
});

it('the Responses API is beside the chat completions wherever a host may ask for it', () => {
  for (const [id, provider] of providers) {
    if (accountSettings(provider, 'sub2api')['extra.openai_responses_mode'] !== 'auto') continue;
    for (const version of admitted(provider))
      expect(openAiUrl(featuresOf(version), provider.baseUrl, '/v1/responses'), id).toBe(
        documented[id]?.replace(/\/chat\/completions$/, '/responses'),
      );
  }
});

it.each([
  ['the plans of Qianfan', 'https://qianfan.baidubce.com/v2/coding'],
  ['the OpenAI form of Gemini', 'https://generativelanguage.googleapis.com/v1beta/openai'],
])('hosts cannot reach %s, which is why it is left out', (_, base) => {
  const wrong = versions.map((version) => openAiUrl(featuresOf(version), base, '/v1/chat/completions'));
  expect(wrong).toEqual(versions.map(() => `${base}/v1/chat/completions`));
  expect(providers.map(([, provider]) => provider.baseUrl)).not.toContain(base);
});
