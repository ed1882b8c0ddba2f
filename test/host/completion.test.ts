import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { completionHttp, faultOfAnswer } from '../../src/host/protocols/completion.ts';

const notOne = 'the answer is not a completion';
const empty = 'the completion is empty';
const erred = 'the completion finished with an error';

describe('an answer in the form of chat completions (N16)', () => {
  const answer = (message: unknown, more: object = {}, finish: string | null = 'stop') => ({
    choices: [{ index: 0, message, finish_reason: finish }],
    ...more,
  });
  const used = (tokens: number | null) => ({ usage: { prompt_tokens: 3, completion_tokens: tokens } });

  it.each<[string, string | undefined, unknown]>([
    ['text', undefined, answer({ role: 'assistant', content: 'pong' })],
    ['text in parts', undefined, answer({ content: [{ type: 'text', text: 'pong' }] })],
    ['reasoning only', undefined, answer({ content: '', reasoning_content: 'hm' })],
    ['reasoning beside null', undefined, answer({ content: null, reasoning: 'hm' })],
    ['tokens only', undefined, answer({ content: '' }, used(5))],
    ['tokens beside null', undefined, answer({ content: null }, used(1))],
    ['text cut by the limit', undefined, answer({ content: 'po' }, {}, 'length')],
    ['text without a finish reason', undefined, { choices: [{ message: { content: 'pong' } }] }],
    ['unknown fields', undefined, { ...answer({ content: 'pong', refusal: null }), id: 'x', system_fingerprint: null }],
    ['nothing', empty, answer({ content: '' })],
    ['null', empty, answer({ content: null })],
    ['no content', empty, answer({ role: 'assistant' })],
    ['white space', empty, answer({ content: ' \n ' })],
    ['no tokens', empty, answer({ content: '' }, used(0))],
    ['tokens of null', empty, answer({ content: '' }, used(null))],
    ['usage of null', empty, answer({ content: '' }, { usage: null })],
    ['no message', empty, { choices: [{ finish_reason: 'stop' }] }],
    ['no choice', empty, { choices: [] }],
    ['an error at the end', erred, answer({ content: 'backend is not available' }, {}, 'error')],
    ['an error at the end and tokens', erred, answer({ content: '' }, used(9), 'error')],
    ['an error in capitals', erred, answer({ content: 'x' }, {}, 'ERROR')],
    ['an error object', notOne, { error: { message: 'no', type: 'x' } }],
    ['an envelope', notOne, { code: 0, message: 'success', data: {} }],
    ['content that is a number', notOne, answer({ content: 5 })],
    ['choices that are a map', notOne, { choices: { 0: {} } }],
    ['tokens in words', notOne, answer({ content: 'x' }, { usage: { completion_tokens: '5' } })],
    ['the form of messages', notOne, { type: 'message', content: [{ type: 'text', text: 'pong' }] }],
    ['a web page', notOne, '<html></html>'],
    ['a word', notOne, 'pong'],
    ['a list', notOne, [answer({ content: 'pong' })]],
    ['null itself', notOne, null],
    ['no JSON', notOne, undefined],
  ])('with %s: %s', (_, fault, body) => {
    expect(faultOfAnswer('openai', body)).toBe(fault);
  });

  // Content in parts is taken for text although no part holds any.
  it.each<[string, unknown]>([
    ['no part', []],
    ['a part without text', [{ type: 'text', text: '' }]],
  ])('with %s is empty', (_, content) => {
    expect(faultOfAnswer('openai', answer({ content }))).toBe(empty);
  });

  it('with reasoning of white space beside null is empty', () => {
    expect(faultOfAnswer('openai', answer({ content: null, reasoning_content: ' ' }))).toBe(empty);
  });
});

describe('an answer in the form of messages (N16)', () => {
  const answer = (content: unknown, more: object = {}) => ({
    type: 'message',
    role: 'assistant',
    content,
    stop_reason: 'end_turn',
    ...more,
  });

  it.each<[string, string | undefined, unknown]>([
    ['text', undefined, answer([{ type: 'text', text: 'pong' }])],
    ['thinking only', undefined, answer([{ type: 'thinking', thinking: 'hm' }])],
    ['tokens only', undefined, answer([], { usage: { input_tokens: 1, output_tokens: 2 } })],
    [
      'text in the second part',
      undefined,
      answer([
        { type: 'text', text: '' },
        { type: 'text', text: 'pong' },
      ]),
    ],
    ['no stop reason', undefined, answer([{ type: 'text', text: 'pong' }], { stop_reason: null })],
    ['no part', empty, answer([])],
    ['a part without text', empty, answer([{ type: 'text' }])],
    ['white space', empty, answer([{ type: 'text', text: ' ' }])],
    ['no tokens', empty, answer([], { usage: { output_tokens: 0 } })],
    ['an error at the end', erred, answer([{ type: 'text', text: 'x' }], { stop_reason: 'error' })],
    ['another type', notOne, { ...answer([{ type: 'text', text: 'x' }]), type: 'error' }],
    ['content that is a word', notOne, answer('pong')],
    ['the form of chat completions', notOne, { choices: [{ message: { content: 'pong' } }] }],
    ['a web page', notOne, '<html></html>'],
  ])('with %s: %s', (_, fault, body) => {
    expect(faultOfAnswer('anthropic', body)).toBe(fault);
  });
});

describe('an answer in the form of generateContent (N16)', () => {
  const answer = (parts: unknown, more: object = {}, finishReason = 'STOP') => ({
    candidates: [{ content: { parts, role: 'model' }, finishReason }],
    ...more,
  });

  it.each<[string, string | undefined, unknown]>([
    ['text', undefined, answer([{ text: 'pong' }])],
    ['text in the second part', undefined, answer([{ thought: true }, { text: 'pong' }])],
    ['tokens only', undefined, answer([], { usageMetadata: { candidatesTokenCount: 1 } })],
    ['thoughts only', undefined, answer([], { usageMetadata: { thoughtsTokenCount: 200 } }, 'MAX_TOKENS')],
    ['no part', empty, answer([])],
    ['no content', empty, { candidates: [{ finishReason: 'SAFETY' }] }],
    ['no candidate', empty, { candidates: [] }],
    ['no tokens', empty, answer([], { usageMetadata: { candidatesTokenCount: 0 } })],
    ['an error at the end', erred, answer([{ text: 'x' }], {}, 'ERROR')],
    ['an error object', notOne, { error: { code: 400, message: 'no' } }],
    ['a web page', notOne, '<html></html>'],
  ])('with %s: %s', (_, fault, body) => {
    expect(faultOfAnswer('gemini', body)).toBe(fault);
  });
});

it('takes nothing that is no completion for one, and never throws (N16)', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom('openai', 'anthropic', 'gemini'), (body, platform) => {
      expect(faultOfAnswer(platform, body)).toBe(notOne);
    }),
  );
});

describe('the completion that is asked for (B23)', () => {
  const request = { model: 'org/small', maxTokens: 256, tokensField: 'max_tokens' };

  it.each([
    [
      'openai',
      '/v1/chat/completions',
      { model: 'org/small', max_tokens: 256, messages: [{ role: 'user', content: 'ping' }] },
    ],
    [
      'anthropic',
      '/v1/messages',
      { model: 'org/small', max_tokens: 256, messages: [{ role: 'user', content: 'ping' }] },
    ],
    [
      'gemini',
      '/v1beta/models/org%2Fsmall:generateContent',
      { contents: [{ role: 'user', parts: [{ text: 'ping' }] }], generationConfig: { maxOutputTokens: 256 } },
    ],
  ] as const)('of %s holds only model, messages and a limit, and is not streamed', (platform, path, body) => {
    expect(completionHttp({ ...request, platform })).toEqual({ method: 'POST', path, body });
  });

  it('names the limit as the manifest says', () => {
    const { body } = completionHttp({
      ...request,
      platform: 'openai',
      tokensField: 'max_completion_tokens',
      maxTokens: 16,
    });
    expect(body).toEqual({
      model: 'org/small',
      max_completion_tokens: 16,
      messages: [{ role: 'user', content: 'ping' }],
    });
  });
});
