import { z } from 'zod';
import type { CompletionRequest } from '../gateway.ts';
import type { HttpRequest } from '../http/http-client.ts';

const content = z.union([z.string(), z.array(z.looseObject({ text: z.string().nullish() }))]).nullish();

const chatAnswer = z.looseObject({
  choices: z.array(
    z.looseObject({
      message: z
        .looseObject({ content, reasoning_content: z.string().nullish(), reasoning: z.string().nullish() })
        .nullish(),
      finish_reason: z.string().nullish(),
    }),
  ),
  usage: z.looseObject({ completion_tokens: z.number().nullish() }).nullish(),
});

const messagesAnswer = z.looseObject({
  type: z.literal('message'),
  content: z.array(z.looseObject({ type: z.string(), text: z.string().nullish(), thinking: z.string().nullish() })),
  stop_reason: z.string().nullish(),
  usage: z.looseObject({ output_tokens: z.number().nullish() }).nullish(),
});

const generateAnswer = z.looseObject({
  candidates: z.array(
    z.looseObject({
      content: z.looseObject({ parts: z.array(z.looseObject({ text: z.string().nullish() })).nullish() }).nullish(),
      finishReason: z.string().nullish(),
    }),
  ),
  usageMetadata: z
    .looseObject({ candidatesTokenCount: z.number().nullish(), thoughtsTokenCount: z.number().nullish() })
    .nullish(),
});

/** A small completion as a user of this protocol sends it: only model, messages and a limit, not streamed (rule B23). */
export function completionHttp(
  request: CompletionRequest,
): Pick<HttpRequest, 'method' | 'path'> & { body: Record<string, unknown> } {
  const messages = [{ role: 'user', content: 'ping' }];
  switch (request.platform) {
    case 'anthropic':
      return {
        method: 'POST',
        path: '/v1/messages',
        body: { model: request.model, max_tokens: request.maxTokens, messages },
      };
    case 'gemini':
      return {
        method: 'POST',
        path: `/v1beta/models/${encodeURIComponent(request.model)}:generateContent`,
        body: {
          contents: [{ role: 'user', parts: [{ text: 'ping' }] }],
          generationConfig: { maxOutputTokens: request.maxTokens },
        },
      };
    case 'openai':
      return {
        method: 'POST',
        path: '/v1/chat/completions',
        body: { model: request.model, messages, [request.tokensField]: request.maxTokens },
      };
  }
}

/**
 * Why a body is no good answer, or nothing when it is one: JSON of the protocol's shape that holds text, reasoning or
 * used completion tokens, and did not finish by an error (rule N16).
 */
export function faultOfAnswer(platform: CompletionRequest['platform'], body: unknown): string | undefined {
  const reading = read(platform, body);
  if (reading === undefined) return 'the answer is not a completion';
  if (reading.finish?.toLowerCase() === 'error') return 'the completion finished with an error';
  return reading.text.trim() !== '' || reading.tokens > 0 ? undefined : 'the completion is empty';
}

function read(
  platform: CompletionRequest['platform'],
  body: unknown,
): { text: string; tokens: number; finish: string | null | undefined } | undefined {
  if (platform === 'anthropic') {
    const answer = messagesAnswer.safeParse(body).data;
    return (
      answer && {
        text: answer.content.map((part) => `${part.text ?? ''}${part.thinking ?? ''}`).join(''),
        tokens: answer.usage?.output_tokens ?? 0,
        finish: answer.stop_reason,
      }
    );
  }
  if (platform === 'gemini') {
    const answer = generateAnswer.safeParse(body).data;
    const first = answer?.candidates[0];
    return (
      answer && {
        text: (first?.content?.parts ?? []).map((part) => part.text ?? '').join(''),
        tokens: (answer.usageMetadata?.candidatesTokenCount ?? 0) + (answer.usageMetadata?.thoughtsTokenCount ?? 0),
        finish: first?.finishReason,
      }
    );
  }
  const answer = chatAnswer.safeParse(body).data;
  const first = answer?.choices[0];
  const said = first?.message?.content;
  const parts = typeof said === 'string' ? [said] : (said ?? []).map((part) => part.text);
  const text = [...parts, first?.message?.reasoning_content, first?.message?.reasoning].join('');
  return answer && { text, tokens: answer.usage?.completion_tokens ?? 0, finish: first?.finish_reason };
}
