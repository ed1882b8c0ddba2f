// Many sandboxed hosts in one process of their own, so that what relay takes is relay's alone. Forked:
// `fleet-hosts.js BUNDLE HOSTS VENDOR_LATENCY_MS`, the bundle being that of src/sandbox/kinds.ts. It tells where they are, answers
// the questions below, and ends with whoever started it.
import { setTimeout as sleep } from 'node:timers/promises';

const [bundle, count, vendorLatencyMs] = process.argv.slice(2);
const { startSandboxAs } = await import(bundle);
const hosts = [];
for (let host = 0; host < Number(count); host += 1) {
  hosts.push(await startSandboxAs('sub2api', {}, { vendorLatencyMs: Number(vendorLatencyMs) }));
  // Hosts that were set up within one millisecond are taken for one.
  await sleep(2);
}

const names = (rows) => [...rows.values()].map(({ name }) => name);

const answers = {
  /** What each host was asked, in order. */
  requests: () => hosts.map(({ requests }) => requests.map(({ method, path }) => `${method} ${path}`)),
  /** What each host holds, beside what it had at the beginning. */
  held: () =>
    hosts.map(({ state }) => ({
      accounts: [...state.accounts.values()].map(({ name, credentials, status, schedulable, bindings }) => ({
        name,
        key: credentials.api_key,
        groups: bindings.map(({ group_id: id }) => state.groups.get(id)?.name),
        serves: status === 'active' && schedulable,
      })),
      groups: names(state.groups).filter((name) => name !== 'default'),
      channels: names(state.channels),
      plans: names(state.plans),
      users: [...state.users.values()].map(({ email }) => email).filter((email) => !email.endsWith('@relay.test')),
      subscriptions: [...state.subscriptions.keys()],
      apiKeys: names(state.apiKeys),
    })),
};

process.on('message', (question) => process.send(answers[question]()));
process.once('disconnect', () => Promise.all(hosts.map((host) => host.stop())));
// All call one vendor, as all hosts of a fleet do.
process.send({ hosts: hosts.map(({ url, adminKey }) => ({ url, adminKey })), vendorUrl: hosts[0].vendorUrl });
