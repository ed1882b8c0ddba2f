/** What a new host has among its options, as far as a gateway is made of it. */
export function defaultOptions(): [string, string][] {
  const json = (value: unknown) => JSON.stringify(value, null, 2);
  return [
    ['GroupRatio', json({ default: 1, vip: 1, svip: 1 })],
    ['UserUsableGroups', json({ default: '默认分组', vip: 'vip分组' })],
    ['group_ratio_setting.group_special_usable_group', json({})],
    ['ModelRatio', json({ 'gpt-4o': 1.25, 'gpt-4o-mini': 0.075 })],
    ['CompletionRatio', json({ 'gpt-4-all': 2, 'gpt-image-1': 8 })],
    ['CacheRatio', json({ 'gpt-4o': 0.5 })],
    ['CreateCacheRatio', json({})],
    ['ModelPrice', json({ 'dall-e-3': 0.04 })],
    ['QuotaPerUnit', '500000'],
    ['RetryTimes', '0'],
    ['SelfUseModeEnabled', 'false'],
    ['AutomaticDisableChannelEnabled', 'false'],
    ['AutomaticDisableStatusCodes', '401'],
    ['performance_setting.monitor_enabled', 'true'],
    ['performance_setting.monitor_cpu_threshold', '90'],
    ['payment_setting.compliance_confirmed', 'false'],
  ];
}
