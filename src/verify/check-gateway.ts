import type { RunTools } from '../apply/run-tools.ts';
import type { CompletionRequest, GatewayAnswer } from '../host/gateway.ts';
import type { Secret } from '../core/secrets/secret.ts';

/** What a user who connects now would meet (rule B23). */
export interface GatewayCheck {
  ok: boolean;
  /** The gateway answered at all. */
  reachable: boolean;
  hasExpectedModel: boolean;
  completionOk: boolean;
  attempts: number;
  /** The status of the last answer that was no success, else of the completion. */
  status: number | null;
  message: string;
  ms: number;
}

const firstPause = 500;
const maxPauseMs = 5000;

/** A gateway that nothing was asked of yet. */
export function unasked(message: string): GatewayCheck {
  return {
    ok: false,
    reachable: false,
    hasExpectedModel: false,
    completionOk: false,
    attempts: 0,
    status: null,
    message,
    ms: 0,
  };
}

/**
 * Asks the gateway as a user would, until it lists the model and answers a completion, or `waitMs` is over. Answers that
 * a fresh gateway gives for a while are waited out (rule B24); where only the list lags at the end, the completion
 * decides. `unlisted`: what the key reaches is in no list that it is shown, so none is asked for.
 */
export async function checkGateway(
  key: Secret,
  request: CompletionRequest,
  waitMs: number,
  { host, clock, stop, emit }: RunTools,
  unlisted = false,
): Promise<GatewayCheck> {
  const startedAt = clock.now();
  const check = { ...unasked(''), hasExpectedModel: unlisted };
  let pause = firstPause;
  for (;;) {
    check.attempts += 1;
    const wrong: GatewayAnswer<unknown>[] = [];
    if (!check.hasExpectedModel) {
      const models = await host.gateway.models(key, stop);
      check.reachable ||= models.ok || models.status !== null;
      if (models.ok) check.hasExpectedModel = models.value.includes(request.model);
      else wrong.push(models);
    }
    if (!check.completionOk) {
      const completion = await host.gateway.complete(key, request, stop);
      check.reachable ||= completion.ok || completion.status !== null;
      check.completionOk = completion.ok;
      check.status = completion.status;
      if (!completion.ok) wrong.push(completion);
    }
    const [first] = wrong;
    check.message =
      first !== undefined && !first.ok
        ? first.message
        : check.hasExpectedModel
          ? 'The gateway lists the model and answered.'
          : 'The model list does not show the model.';
    if (first !== undefined) check.status = first.status;
    check.ms = clock.now() - startedAt;
    if (check.completionOk && check.hasExpectedModel) break;
    const hopeless = wrong.some((answer) => !answer.ok && !answer.retryable);
    if (hopeless || stop.aborted || check.ms + pause > waitMs) break;
    emit({ type: 'retry', stage: 'access', what: 'gateway check', reason: check.message, pauseMs: pause });
    await clock.sleep(pause, stop);
    pause = Math.min(Math.round(pause * 1.5), maxPauseMs);
  }
  return { ...check, ok: check.completionOk };
}
