/** What `relay help` explains beside commands; their texts are loaded when they are asked for. */
export const helpTopicNames = ['exit-codes', 'key-files', 'packs', 'hosts', 'state', 'fleets', 'ci'] as const;
export type HelpTopic = (typeof helpTopicNames)[number];
