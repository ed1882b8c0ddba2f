import type { Platform } from '../core/modes.ts';
import type { Secret } from '../core/secrets/secret.ts';

export interface CompletionRequest {
  platform: Platform;
  model: string;
  maxTokens: number;
  tokensField: string;
}

/** One answer of the gateway to a user. `retryable`: a fresh gateway answers so for a while (rule B24). */
export type GatewayAnswer<T> =
  | { ok: true; status: number; value: T }
  | { ok: false; status: number | null; message: string; retryable: boolean };

/** The host's front door, as a user meets it. */
export interface Gateway {
  models(key: Secret, signal: AbortSignal): Promise<GatewayAnswer<string[]>>;
  complete(key: Secret, request: CompletionRequest, signal: AbortSignal): Promise<GatewayAnswer<void>>;
  /** What a user needs to connect: the address for clients, and a curl command with a placeholder for the key. */
  connection(request: CompletionRequest): { baseUrl: string; example: string };
}
