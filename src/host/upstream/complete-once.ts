import type { CompletionRequest } from '../gateway.ts';
import { completionHttp, faultOfAnswer } from '../protocols/completion.ts';
import { askUpstream, type Upstream } from './ask-upstream.ts';

/** A completion waits for a model that may have to be loaded first, in milliseconds. */
const timeoutMs = 120_000;

/** Asks a model of an upstream for one small completion: why the answer is none, or nothing. Throws as `askUpstream` does. */
export async function completeOnce(
  upstream: Upstream,
  request: Omit<CompletionRequest, 'platform'>,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { platform } = upstream;
  const http = completionHttp({ ...request, platform });
  return faultOfAnswer(platform, await askUpstream(upstream, { ...http, timeoutMs, signal }));
}
