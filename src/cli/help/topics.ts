import { exitCodes } from '../../core/exit-codes.ts';
import { hostKindNames } from '../../core/host-kinds.ts';
import type { HelpTopic } from './topic-names.ts';

/** What is explained by `relay help TOPIC`, beside the help of each command. */
export const helpTopics: Record<HelpTopic, () => string> = {
  'exit-codes': () =>
    [
      'What the host holds when a command ends:',
      '',
      ...Object.entries(exitCodes).map(([code, says]) => `  ${code.padStart(3)}  ${says}`),
      '',
      'Every code but 0 ends standard error with what happened, what the host holds, and the command to run next.',
      '`relay explain CODE` explains the word in capitals before a message.',
    ].join('\n'),
  'key-files': () =>
    `A key file has one upstream key a line, in UTF-8. Empty lines and lines that begin with # are skipped.

  sk-first…
  sk-second…

CSV with a header is read too; every column but "key" is optional:

  key,name,priority,concurrency,enabled
  sk-first…,main,10,20,true

So is a JSON array of keys, or of objects with these fields. A line that cannot be a key refuses the file, or is left out
and counted with --mode partial. "-" reads standard input. Keys are named by a fingerprint, and never shown.`,
  packs: () =>
    `A pack describes one vendor: its addresses, protocols, models and prices. relay brings those of many vendors along, and of gateways and local servers.

  relay packs list            every pack that is found by name
  relay packs show kimi       one pack in full
  relay packs list --kind local   those for servers of your own; also vendor, gateway
  relay packs new acme        write a pack of your own, asking for what it needs
  relay packs fill acme --base-url http://127.0.0.1:8000   write one from what a server lists
  relay validate ./acme       check it, with the line of each fault
  relay import --pack ./acme --keys keys.txt

Folders of packs are named by packDirs in the configuration file. A pack from outside is asked about before keys are sent
to the address that it names; --pack-sha256 pins it.`,
  hosts: () =>
    `A host is the gateway whose admin API relay works with. It is named by --host or RELAY_HOST, or by its name in the
configuration file:

  hosts:
    prod:
      url: https://gateway.example.org
      adminKeyFile: /etc/relay/prod.key

Its kind is recognised by what it answers, without a credential; --host-kind decides. Kinds: ${hostKindNames.join(', ')}.

The login is an admin API key, or an e-mail or name with a password. A new-api wants an access token, and older ones whose
it is (--admin-user ID, 1 where nothing is said); a CLIProxyAPI, which has no users, its management key:

  RELAY_ADMIN_KEY=… relay doctor --host https://new-api.example.org --admin-user 1

  relay doctor --host prod    whether relay can work there
  relay status --host prod    all that relay manages there`,
  state: () =>
    `What outlives a command is its state: the journals of runs, locks that keep runs apart, what tests told, and reports.
It is a folder of this machine, with nothing to install, or a PostgreSQL database that several machines share:

  relay import … --state /srv/relay                     a folder
  RELAY_STATE=postgres://relay@db.example.org/relay     a database, for all machines that are given it

The order: --state, RELAY_STATE, state in the configuration file, RELAY_STATE_DIR, else ~/.local/state/relay.

A password is taken from RELAY_STATE, PGPASSWORD or a password file (PGPASSFILE, ~/.pgpass), and refused on the command line
and in a configuration file. TLS goes by sslmode and PGSSLMODE, as libpq has it: sslmode=verify-full&sslrootcert=FILE is
safe against everyone between. Poolers in transaction mode work. The first use makes the schema "relay", or the one that
?schema=NAME names; the user needs the right to create it, or owns one that is there.

  relay runs list           the runs of all machines
  relay report show RUN     the report of one
  relay resume RUN --keys keys.txt

One run at a time works on a provider of a host, whatever machine it is on. A run that gives no sign of life for 15 seconds
is taken for dead, and who comes next waits until no request of it can arrive any more (its --timeout, and 6 seconds).`,
  fleets: () =>
    `A file lists imports on many hosts; each host, provider and access is one unit:

  defaults: { hosts: all, mode: partial }
  imports:
    - { pack: kimi, keys: 'keys/{host}.txt' }
    - { pack: zhipu, provider: zai, keys: zai.txt, hosts: [eu-1, eu-2] }

Hosts are named as in the configuration file (\`relay help hosts\`), or by their URL; "all" means all of it. {host} stands for
the name of the host.

  relay plan --file fleet.yaml
  relay import --file fleet.yaml --hosts-at-once 8
  relay status --file fleet.yaml        also probe, doctor, remove, revoke

Every host is looked at, and what needs a yes is asked, before the first write. Each unit then stands for itself. A host that
is down is tried again at the end; --fail-fast begins nothing more once something has failed.

  relay import --file fleet.yaml --shard 3/10 --report shard-3.json
  relay import --file fleet.yaml --shard auto
  relay report merge shard-*.json

A shard is a part of the hosts, the same ones each time. "auto" reads JOB_COMPLETION_INDEX (from 0) with RELAY_SHARDS, or
CI_NODE_INDEX (from 1) with CI_NODE_TOTAL. Shards on several machines share a state: \`relay help state\`.`,
  ci: () =>
    `In CI nobody is asked: what needs a yes is refused with exit code 2, unless --yes agrees to it. Give secrets by the
environment or by files, never as values of options:

  RELAY_HOST=https://gateway.example.org RELAY_ADMIN_KEY=… \\
    relay import --pack kimi --keys keys.txt --yes --junit report.xml --github

Act on the exit code (\`relay help exit-codes\`); relay-report.json tells everything. A job that is killed leaves a journal
in the state (\`relay help state\`): keep that, and \`relay resume RUN --keys keys.txt\` finishes the run.`,
};
