import { describe, expect, it } from 'vitest';
import { featuresOf } from '../../src/sandbox/sub2api/features.ts';
import { openAiModelsUrl, openAiUrl } from '../../src/sandbox/sub2api/gateway/upstream-url.ts';

const [earlier, later] = [featuresOf('0.1.129'), featuresOf('0.1.179')];

describe('the URL of an OpenAI call', () => {
  it.each([
    ['http://h', 'http://h/v1/responses'],
    ['http://h/v1', 'http://h/v1/responses'],
    ['http://h/api/paas/v4', 'http://h/api/paas/v4/responses'],
    ['http://h/v1/responses', 'http://h/v1/responses'],
    ['http://h/prefix', 'http://h/prefix/v1/responses'],
    ['http://h/v1beta/openai', 'http://h/v1beta/openai/v1/responses'],
    ['http://h/v2preview', 'http://h/v2preview/responses'],
    ['http://h/v3.1', 'http://h/v3.1/responses'],
    ['http://h/v3.1beta', 'http://h/v3.1beta/v1/responses'],
    ['http://h/v3x', 'http://h/v3x/v1/responses'],
  ])('of %s is %s', (base, url) => {
    expect([openAiUrl(earlier, base, '/v1/responses'), openAiUrl(later, base, '/v1/responses')]).toEqual([url, url]);
  });

  it('keeps a query in the later version', () => {
    expect(openAiUrl(later, 'http://h/v1?a=1#f', '/v1/responses')).toBe('http://h/v1/responses?a=1');
  });

  it('knows other versions in a models list only later', () => {
    expect(openAiModelsUrl(earlier, 'http://h/v4')).toBe('http://h/v4/v1/models');
    expect(openAiModelsUrl(later, 'http://h/v4')).toBe('http://h/v4/models');
    expect(openAiModelsUrl(earlier, 'http://h/v1')).toBe('http://h/v1/models');
  });
});
