import type { CompletionRequest } from '../host/gateway.ts';
import type { Provider } from '../pack/manifest.ts';

/** The request by which a provider is proven to serve (rule B23). */
export function completionOf({ platform, smokeTestModel, smokeTest }: Provider): CompletionRequest {
  return { platform, model: smokeTestModel, ...smokeTest };
}
