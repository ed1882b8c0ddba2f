/** What the fake vendor's models list holds: the smoke-test and default models of the packs. */
export const vendorModels: readonly string[] = [
  'kimi-k3',
  'kimi-k2.7-code',
  'kimi-k2.6',
  'kimi-latest',
  'deepseek-flash',
  'deepseek-v4-pro',
  'glm-5.3',
  'glm-5.2',
  'glm-4.7',
  'glm-4.7-flash',
  'glm-4.5-air',
  'glm-5.3-flash',
  'gpt-5.4',
  'test-model',
];
