import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TestFault } from '../../src/host/proof.ts';
import { faultOf, readTestStream } from '../../src/host/sub2api/test-outcome.ts';

const chinese =
  '账号已被探测为不支持 OpenAI Responses API（如 DeepSeek/Kimi 等三方兼容上游），账号本身可正常使用，但当前测试接口仅支持 Responses API 路径。请直接通过实际 API 调用验证。';

/** How the later version begins what it quotes from `/v1/chat/completions`. */
const chat = 'Chat Completions API (/v1/chat/completions) returned';

describe('what a failed test means (B15, N13, N14)', () => {
  it.each<[string, TestFault, string]>([
    // (a) transient words in a quoted answer
    ['429 in a quotation', 'throttled', 'API returned 429: {"error":{"message":"rate limit reached"}}'],
    ['429 without a body', 'throttled', 'API returned 429: '],
    ['502 in a quotation', 'busy', 'API returned 502: bad'],
    ['503 in a quotation', 'busy', 'API returned 503: <html>'],
    ['504 in a quotation', 'busy', 'API returned 504: '],
    ['a rate limit that a body speaks of', 'busy', 'API returned 400: {"error":"rate limit"}'],
    ['a type that says rate_limit', 'throttled', '{"type":"rate_limit_error"}'],
    ['too many requests from an upstream', 'throttled', 'upstream: Too Many Requests'],
    ['a bad gateway, to be tried again', 'busy', 'Bad Gateway, please retry'],
    ['a service that is temporarily away', 'busy', 'Service Unavailable, temporary'],
    ['a time-out of the upstream', 'busy', 'upstream timeout'],
    ['a time-out in two words', 'busy', 'upstream time out'],
    ['other capitals', 'busy', 'API RETURNED 503: SERVICE UNAVAILABLE'],
    ['white space around', 'busy', '\n API returned 503: x \n'],
    ['the later wording', 'throttled', `${chat} 429: {"error":{"message":"slow down"}}`],
    ['the later wording of a 503', 'busy', `${chat} 503: `],
    ['the later wording in other capitals', 'busy', `${chat} 502: x`.toUpperCase()],
    // the same words, not quoted
    ['429 that nobody is quoted with', 'other', '429'],
    ['a rate limit that nobody is quoted with', 'other', 'Rate limit exceeded'],
    ['too many requests, not quoted', 'other', 'too many requests'],
    ['a bad gateway, not quoted', 'other', 'Bad Gateway'],
    // quotations without these words
    ['a quoted 500', 'other', 'API returned 500: internal error'],
    ['a quoted 400', 'other', 'API returned 400: {"error":"model not found"}'],
    ['a quoted 404', 'other', 'API returned 404: page not found'],
    ['a quoted 422', 'other', 'API returned 422: expected string'],
    ['503 inside a longer number', 'other', 'API returned 500: request 15037 failed'],
    ['the later wording of a 500', 'other', `${chat} 500: x`],
    ['the later wording of a 404', 'other', `${chat} 404: {"error":"no such model"}`],
    // refusals, whatever their body mentions
    ['401', 'refused', 'API returned 401: {"error":"invalid key"}'],
    [
      '401 with a body that mentions 503',
      'refused',
      'API returned 401: {"error":"invalid key","trace":"upstream 503 timeout"}',
    ],
    ['401 with a body that quotes the host', 'refused', 'API returned 401: API returned 429: rate limit, retry'],
    ['401 with a dead code', 'refused', 'API returned 401: 1113'],
    ['402', 'refused', 'API returned 402: Insufficient Balance'],
    ['402 that speaks of retrying', 'refused', 'API returned 402: retry after rate limit'],
    ['401 in the later wording', 'refused', `${chat} 401: {"error":{"message":"Invalid Authentication"}}`],
    ['402 in the later wording', 'refused', `${chat} 402: x`],
    ['403 in the later wording', 'refused', `${chat} 403: Forbidden`],
    // (b) a plain 403
    ['a plain 403', 'forbidden', 'API returned 403: Forbidden'],
    ['a plain 403 in other capitals', 'forbidden', 'api returned 403: forbidden'],
    ['a plain 403 with a newline', 'forbidden', 'API returned 403: Forbidden\n'],
    ['a 403 that says more', 'refused', 'API returned 403: {"error":"key disabled"}'],
    ['a 403 that says more after the word', 'refused', 'API returned 403: Forbidden for this key'],
    // (c) the host cannot test
    ['the statement in Chinese', 'untestable', chinese],
    [
      'the statement in English',
      'untestable',
      'The account does not support the OpenAI Responses API; it works for real calls.',
    ],
    ['the statement in English, contracted', 'untestable', "this upstream doesn't support the OpenAI Responses API"],
    [
      'the statement on the test',
      'untestable',
      'detected as not supporting the OpenAI Responses API; the current test endpoint only supports the Responses API path',
    ],
    ['the statement in a quotation, which is the words of a vendor', 'other', `API returned 400: ${chinese}`],
    ['the statement in a refusal', 'refused', `API returned 401: ${chinese}`],
    // nothing at all
    ['an empty message', 'other', ''],
    ['a message of white space', 'other', ' \n\t '],
    // no API behind the address
    ['a stream that ended early', 'junk', 'Stream ended before response.completed'],
    [
      'an answer that is no stream',
      'junk',
      'Invalid Chat Completions response from /v1/chat/completions: expected SSE JSON data',
    ],
    ['an answer that is no JSON', 'junk', 'Failed to parse response: invalid character'],
    // no answer, or not all of it
    [
      'a time-out of the host itself',
      'unanswered',
      'Request failed: context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
    ],
    [
      'a kept connection that the vendor has closed',
      'unanswered',
      'Request failed: Post "https://v/v1/responses": EOF',
    ],
    [
      'the same in the later wording',
      'unanswered',
      'Chat Completions API (/v1/chat/completions) request failed: Post "https://v/v1": read: connection reset by peer',
    ],
    ['an address where nobody listens', 'unanswered', 'Request failed: Post "http://v": dial tcp: connection refused'],
    ['an answer that breaks off', 'unanswered', 'Stream read error: unexpected EOF'],
    ['a vendor that says the same', 'other', 'API returned 400: request failed: no'],
    // others of the host's own
    ['a missing key', 'other', 'No API key available'],
    ['a wrong base URL', 'other', 'Invalid base URL: invalid url scheme: http'],
    ['an unknown error', 'other', 'Unknown error'],
  ])('%s is %s', (_, fault, message) => {
    expect(faultOf(message, 'openai', ['1113'])).toBe(fault);
  });

  it.each([
    ['openai', 'forbidden'],
    ['anthropic', 'refused'],
    ['gemini', 'refused'],
  ])('takes a plain 403 on %s for %s (N14)', (platform, fault) => {
    expect(faultOf('API returned 403: Forbidden', platform, [])).toBe(fault);
  });

  it.each<[string, TestFault, string[]]>([
    ['API returned 429: {"error":{"code":"1113","message":"余额不足"}}', 'exhausted', ['1113']],
    ['API returned 429: {"error":{"code":1113}}', 'exhausted', ['1113']],
    ['API returned 429: 1113', 'exhausted', ['1113']],
    ['API returned 429: {"error":{"code":"11135"}}', 'throttled', ['1113']],
    ['API returned 429: {"error":{"code":"21113"}}', 'throttled', ['1113']],
    ['API returned 429: {"id":"a1113b"}', 'throttled', ['1113']],
    ['API returned 429: {"error":{"code":"1302"}}', 'throttled', ['1113']],
    ['API returned 429: {"error":{"code":"1302"}}', 'throttled', []],
    ['API returned 429: {"error":{"code":"1305"}}', 'exhausted', ['1113', '1305']],
    ['API returned 429: {"type":"exceeded_current_quota_error"}', 'exhausted', ['exceeded_current_quota']],
    ['API returned 429: {"type":"EXCEEDED_CURRENT_QUOTA"}', 'exhausted', ['exceeded_current_quota']],
    ['API returned 429: {"type":"rate_limit_reached_error"}', 'throttled', ['exceeded_current_quota']],
    [`${chat} 429: {"error":{"code":"1113"}}`, 'exhausted', ['1113']],
    ['API returned 503: {"error":{"code":"1113"}}', 'busy', ['1113']],
    ['API returned 429: x.y', 'exhausted', ['x.y']],
    ['API returned 429: xzy', 'throttled', ['x.y']],
    ['API returned 429: quota (daily)', 'exhausted', ['(daily)']],
  ])('takes %s for %s where the dead codes are %j (N13)', (message, fault, deadCodes) => {
    expect(faultOf(message, 'openai', deadCodes)).toBe(fault);
  });

  it('never takes a refused key for one that may work, whatever the vendor adds (B15, N13)', () => {
    const begin = fc.constantFrom(
      'API returned 401: ',
      'API returned 402: ',
      `${chat} 401: `,
      `${chat} 402: `,
      `${chat} 403: `,
    );
    const noise = fc.array(
      fc.constantFrom(
        '429',
        '503',
        'rate limit',
        'retry',
        'upstream',
        'timeout',
        chinese,
        'Forbidden',
        '1113',
        'API returned 403: Forbidden',
        '\n',
      ),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(begin, noise, fc.constantFrom('openai', 'anthropic', 'gemini'), (start, words, platform) => {
        expect(faultOf(`${start}${words.join(' ')}`, platform, ['1113'])).toBe('refused');
      }),
    );
  });

  it('never takes anything unknown for advisory (B15)', () => {
    const advisory = /429|50[234]|rate|too many|gateway|unavailable|time|Responses|403/i;
    fc.assert(
      fc.property(fc.string({ maxLength: 80 }), (message) => {
        fc.pre(!advisory.test(message));
        expect(faultOf(message, 'openai', [])).toBe('other');
      }),
    );
  });
});

describe('the event stream of a test', () => {
  const options = { platform: 'openai', deadCodes: [], clean: (text: string) => `<${text}>` };
  const read = (text: string) => readTestStream(text, options);
  const event = (value: unknown) => `data: ${JSON.stringify(value)}\n\n`;
  const start = event({ type: 'test_start', model: 'small' });
  const pong = event({ type: 'content', text: 'pong' });
  const good = event({ type: 'test_complete', success: true });
  const bad = event({ type: 'error', error: 'API returned 401: no' });
  const passed = { outcome: 'passed', answered: true, message: '' };
  const refused = { outcome: 'failed', why: 'refused', message: '<API returned 401: no>' };

  it.each<[string, string, object]>([
    ['that ends well', start + pong + good, passed],
    ['with an image', start + event({ type: 'image', image_url: 'data:x', mime_type: 'image/png' }) + good, passed],
    ['that ends well without any text', start + good, { outcome: 'passed', answered: false, message: '' }],
    [
      'with empty text only',
      start + event({ type: 'content', text: '' }) + good,
      { outcome: 'passed', answered: false, message: '' },
    ],
    ['that ends badly', start + bad, refused],
    ['that ends badly after text', start + pong + bad, refused],
    ['of plain text in the same framing, without a start', bad, refused],
    ['that ends badly without words', event({ type: 'error' }), { outcome: 'failed', why: 'other', message: '<>' }],
    [
      'with types that are not known',
      event({ type: 'status', text: 'testing', status: 'x' }) +
        event({ type: 'audio', audio_url: 'u' }) +
        start +
        pong +
        event({ type: 'video', n: 1 }) +
        good,
      passed,
    ],
    [
      'in which unknown types are no answer',
      event({ type: 'status', text: 'testing' }) + good,
      { outcome: 'passed', answered: false, message: '' },
    ],
    [
      'with fields that are not known',
      event({ type: 'content', text: 'x', more: { a: 1 } }) + event({ type: 'test_complete', success: true, ms: 3 }),
      passed,
    ],
    ['with lines that are no JSON', `data: hello\n\n${pong}data: {\n\n${good}`, passed],
    ['with comments and other fields', `: heartbeat\n\nevent: x\nid: 1\n${pong}${good}`, passed],
    ['with [DONE] at the end', `${pong}${good}data: [DONE]\n\n`, passed],
    ['with CRLF', (start + pong + good).replaceAll('\n', '\r\n'), passed],
    ['without a blank line at the end', (pong + good).trimEnd(), passed],
    ['with one newline at the end', `${(pong + good).trimEnd()}\n`, passed],
    ['without a space after the colon', (pong + good).replaceAll('data: ', 'data:'), passed],
    ['with two ends, good and bad', pong + good + bad, passed],
    ['with two ends, bad and good', bad + pong + good, refused],
    ['with text after its end', good + pong, { outcome: 'passed', answered: false, message: '' }],
  ])('%s', (_, text, outcome) => {
    expect(read(text)).toEqual(outcome);
  });

  it.each<[string, string]>([
    ['is empty', ''],
    ['is cut before its end', start + pong],
    ['is cut inside its end', start + pong + good.slice(0, 25)],
    ['is cut inside an error', start + bad.slice(0, 30)],
    ['is cut inside a text', `${start}data: {"type":"content","text":"po`],
    ['completes without success', start + pong + event({ type: 'test_complete', success: false })],
    ['completes without saying how', start + pong + event({ type: 'test_complete' })],
    ['is a web page', '<!doctype html><html><body>data: {}</body></html>'],
    ['is JSON without framing', JSON.stringify({ type: 'test_complete', success: true })],
  ])('that %s tells no outcome', (_, text) => {
    const outcome = read(text);
    expect(outcome).toMatchObject({ outcome: 'error', timedOut: false });
    expect(outcome.message).toMatch(/^the test ended without a result/);
  });

  it('has the words of the vendor cleaned (N1)', () => {
    const clean = (text: string) => text.replace('sk-secret', '[redacted]');
    const failed = readTestStream(event({ type: 'error', error: 'API returned 401: sk-secret' }), {
      ...options,
      clean,
    });
    expect(failed.message).toBe('API returned 401: [redacted]');
    const cut = readTestStream('data: sk-secret', { ...options, clean });
    expect(cut.message).not.toContain('sk-secret');
  });

  it('is judged by the platform and dead codes of its account (N13, N14)', () => {
    const forbidden = event({ type: 'error', error: 'API returned 403: Forbidden' });
    expect(readTestStream(forbidden, { ...options, platform: 'anthropic' })).toMatchObject({ why: 'refused' });
    const empty = event({ type: 'error', error: 'API returned 429: 1113' });
    expect(readTestStream(empty, { ...options, deadCodes: ['1113'] })).toMatchObject({ why: 'exhausted' });
  });

  it('never tells success unless it says so, wherever it is cut', () => {
    const whole = start + pong + good;
    const end = whole.trimEnd().length;
    fc.assert(
      fc.property(fc.integer({ min: 0, max: end - 1 }), (at) => {
        expect(read(whole.slice(0, at)).outcome).toBe('error');
      }),
    );
  });

  it('is read without an error, whatever it holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        expect(read(text).outcome).toBe('error');
      }),
    );
  });
});
