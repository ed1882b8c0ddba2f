import { setMaxListeners } from 'node:events';
import { faultGate } from './faults/fault-gate.ts';
import { createFaultPicker } from './faults/faults.ts';
import type { FaultPicker, FaultRule } from './faults/faults.ts';
import type { MadeHost, SandboxKind, SandboxRun } from './kind.ts';
import { listen } from './listen.ts';
import { recordRequests } from './recorded-request.ts';
import type { RecordedRequest } from './recorded-request.ts';
import { createVendor } from './vendor/vendor.ts';

/** How a sandbox of any kind may be set up; everything has a default. */
export interface ServingOptions {
  /** The host's port on 127.0.0.1; 0 takes a free one. */
  port?: number;
  faults?: FaultRule[];
  /** How long the vendor takes for each completion. */
  vendorLatencyMs?: number;
  /** How many completions the vendor takes in any second; others are answered 429 at once. */
  vendorPerSecond?: number;
  /** A clock for what the host serves when; the system's when absent. */
  now?: () => number;
}

/** A running sandbox: what its kind makes of the imitated host, and the fake vendor. */
export type Running<Made> = Omit<Made, 'app'> & {
  url: string;
  vendorUrl: string;
  /** Every request the host got, in order of arrival. */
  requests: RecordedRequest[];
  /** Every request the vendor got. */
  vendorRequests: RecordedRequest[];
  /** Plays one more fault; its count begins with the next request. */
  addFault(rule: FaultRule): void;
  /** Ends both servers and all their connections at once. */
  stop(): Promise<void>;
};

/** Starts a host of that kind and the fake vendor, each on a loopback port of its own, or as `serve` has it. */
export async function startSandbox<Options, Made extends MadeHost>(
  kind: SandboxKind<Options, Made>,
  options: ServingOptions & Options,
  serve = listen,
): Promise<Running<Made>> {
  const stopping = new AbortController();
  setMaxListeners(0, stopping.signal);
  const requests: RecordedRequest[] = [];
  const vendorRequests: RecordedRequest[] = [];
  const pickers = [createFaultPicker(options.faults ?? [])];
  // Every picker counts every request, whichever of them plays its fault.
  const pick: FaultPicker = (method, path) =>
    pickers.map((each) => each(method, path)).find((fault) => fault !== undefined);
  const run: SandboxRun = {
    front: (secrets) => [recordRequests(requests), faultGate(pick, { stopping: stopping.signal, secrets })],
    now: options.now ?? Date.now,
    stopping: stopping.signal,
  };
  const { app, ...made } = kind.make(options, run);
  const vendorApp = createVendor({
    latencyMs: options.vendorLatencyMs ?? 0,
    perSecond: options.vendorPerSecond ?? Infinity,
    now: run.now,
    requests: vendorRequests,
    stopping: stopping.signal,
  });
  const vendor = await serve(vendorApp, 0);
  const server = await serve(app, options.port ?? 0).catch(async (error: unknown) => {
    await vendor.close();
    throw error;
  });
  return {
    ...made,
    url: server.url,
    vendorUrl: vendor.url,
    requests,
    vendorRequests,
    addFault: (rule) => void pickers.push(createFaultPicker([rule])),
    stop: async () => {
      stopping.abort();
      await Promise.all([server.close(), vendor.close()]);
    },
  };
}
