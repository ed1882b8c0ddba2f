/**
 * Every code a person can meet, in errors and in warnings: what it means, what to do, and the exit code when it ends a
 * run before anything was written. Codes are stable; programs compare them.
 */
export const codes = {
  USAGE: { exit: 2, summary: 'The command line is wrong.', hint: 'See `relay --help`.' },
  CONFIG_INVALID: {
    exit: 2,
    corrected: false,
    summary: 'The configuration file is missing or wrong.',
    hint: 'Correct the file, or name another with --config.',
  },
  CONFIG_UNTRUSTED: {
    exit: 2,
    corrected: false,
    summary: 'The configuration file that was found may have been written by somebody else.',
    hint: 'Take write access from others, or name the file with --config if you trust it.',
  },
  FILE_UNREADABLE: {
    exit: 2,
    summary: 'A file that was named cannot be read.',
    hint: 'Check the path and its permissions.',
  },
  FILE_UNWRITABLE: {
    exit: 2,
    summary: 'A file that was asked for cannot be written.',
    hint: 'Choose another place with --report, or use --no-report.',
  },
  REPORT_UNREADABLE: {
    exit: 2,
    summary: 'A file that was given as a report is none that relay can use.',
    hint: 'Give the file that --report wrote.',
  },
  SHARDS_DIFFER: {
    exit: 2,
    summary: 'The reports are not those of the shards of one fleet, each once.',
    hint: 'Give the report of each shard of the same --file, and of each only the last.',
  },
  SHARDS_MISSING: {
    exit: 6,
    summary: 'The reports of some shards are not there, so what became of their hosts is not known.',
    hint: 'Run those shards again, with the same --file and --shard, and merge once more.',
  },
  REPORT_DIFFERS: {
    exit: 2,
    summary: 'The earlier report is of another host, provider or access mode.',
    hint: 'Give the report of an import with the same --pack, --host and --access.',
  },
  STATE_UNWRITABLE: {
    exit: 2,
    summary: 'The state cannot be written.',
    hint: 'Make room, or name another place with --state.',
  },
  STATE_UNREACHABLE: {
    exit: 2,
    summary: 'The database that holds the state does not answer.',
    hint: 'Look at its address and whether it runs; `relay help state` says what it needs.',
  },
  STATE_UNREADABLE: {
    exit: 2,
    summary: 'The state, or the journal of a run in it, cannot be used.',
    hint: 'Use the relay that wrote it, or put a copy of it in its place.',
  },
  RUN_NOT_FOUND: { exit: 2, summary: 'There is no such run.', hint: '`relay runs list` shows what there is.' },
  RUN_FINISHED: {
    exit: 2,
    summary: 'The run has ended; there is nothing to finish.',
    hint: 'Import the key file to bring the host to what it says, or undo the run with `relay rollback`.',
  },
  RUN_KEYS_DIFFER: {
    exit: 2,
    summary: 'The key file is not the one of the run or the saved plan.',
    hint: 'Give the same keys, or import the new file instead.',
  },
  RUN_HOST_DIFFERS: {
    exit: 2,
    summary: 'The run was on another host.',
    hint: 'Leave --host out; the run knows its host.',
  },
  PACK_NOT_FOUND: {
    exit: 2,
    summary: 'No pack has this name.',
    hint: '`relay packs list` shows what there is; a path begins with "." or "/".',
  },
  PROVIDER_NOT_FOUND: {
    exit: 2,
    summary: 'The pack has no such provider, or several and no default.',
    hint: 'Name one with --provider; `relay packs show` lists them.',
  },
  IMPORTS_INVALID: {
    exit: 2,
    corrected: false,
    summary: 'The file that lists imports has faults.',
    hint: 'Write it as: imports: [{ pack: kimi, keys: kimi.txt }]; `relay help fleets` shows more.',
  },
  HOST_TWICE: {
    exit: 2,
    corrected: false,
    summary: 'Two hosts of the file are one: they say who they are, and it is the same.',
    hint: 'Name it once, by one of the two.',
  },
  NOT_BEGUN: {
    exit: 3,
    summary: 'Something had failed before it was begun, and --fail-fast was given.',
    hint: 'Look at what failed, then run the same again.',
  },
  PACK_SHADOWED: {
    exit: 0,
    summary: 'The pack hides others of the same name.',
    hint: 'Give the path of another one if that was meant; `relay packs list` shows where each is.',
  },
  PACK_DIGEST_DIFFERS: {
    exit: 2,
    summary: 'The pack is not the one that --pack-sha256 names.',
    hint: 'Look at what has changed, then pin the new digest; `relay packs show` prints it.',
  },
  TERMS_NOT_ACCEPTED: {
    exit: 2,
    summary: 'The wallet of this provider has terms that have to be accepted.',
    hint: 'Read the terms; --accept-terms agrees to them.',
  },
  TERMS_APPLY: {
    exit: 0,
    summary: 'The wallet of this provider has terms that limit what it may be used for.',
    hint: 'Read the terms before you let users in.',
  },
  KEY_OF_OTHER_WALLET: {
    exit: 0,
    summary: 'Keys look like those of another wallet of the vendor.',
    hint: 'Import them with the provider that is named.',
  },
  KEY_UNUSUAL: {
    exit: 0,
    summary: 'Keys do not look like those that the vendor gives out for this wallet.',
    hint: 'Check that they were copied whole, and are of this vendor.',
  },
  MANIFEST_INVALID: {
    exit: 2,
    corrected: false,
    summary: 'The pack has faults.',
    hint: 'Correct them; `relay validate` shows them all.',
  },
  KEYS_EMPTY: {
    exit: 2,
    corrected: false,
    summary: 'The key file holds no key.',
    hint: 'Put one upstream key on each line.',
  },
  KEYS_MALFORMED: {
    exit: 2,
    corrected: false,
    summary: 'A line of the key file cannot be a key.',
    hint: 'A key has at least 8 characters, without white space and control characters. Correct the line, or use --mode partial to leave it out.',
  },
  CONSENT_NEEDED: {
    exit: 2,
    summary: 'The run would do something that needs a confirmation.',
    hint: 'Add --yes to agree.',
  },
  REMOVALS_HELD_BACK: {
    exit: 0,
    summary: 'Accounts whose keys are not in the file were kept.',
    hint: 'Mend what the message names, then import again.',
  },
  MASS_REMOVAL: {
    exit: 2,
    summary: 'More than half of the accounts of the provider would be removed.',
    hint: 'Check the key file; if it is right, add --allow-mass-removal.',
  },
  BASE_URL_NEEDED: {
    exit: 2,
    summary: 'Where the upstream is, only the operator knows, and did not say.',
    hint: 'Give its address, as the host reaches it, with --base-url URL.',
  },
  UPSTREAM_LOOP: {
    exit: 2,
    summary: 'The upstream is the host itself: each request would come back to it, without end.',
    hint: 'Give the address of the upstream, and a key of the upstream.',
  },
  HTTP_REFUSED: {
    exit: 2,
    summary: 'Plain http would send secrets unprotected.',
    hint: 'Use https, or add --allow-http if the network between is your own.',
  },
  USER_NOT_FOUND: {
    exit: 2,
    corrected: false,
    summary: 'A user who should get access does not exist on the host.',
    hint: 'Create the user on the host first, or correct --user.',
  },
  USER_TWICE: {
    exit: 2,
    summary: 'A user is named twice, for different numbers of days.',
    hint: 'Name each user once; an e-mail address and an id may be the same user.',
  },
  USER_ELSEWHERE: {
    exit: 2,
    summary: 'A user has this access by a subscription, and somebody has moved them out of its group since.',
    hint: 'Move them back on the host, or end that subscription there; or leave them out of --user.',
  },
  HOST_CANNOT: {
    exit: 2,
    summary: 'The host cannot do something that was asked for.',
    hint: 'Leave the option, or the column of the key file, out; nothing was sent.',
  },
  PLAN_UNUSABLE: {
    exit: 2,
    summary: 'A saved plan cannot be used: it is none, was edited, or is of another version of relay.',
    hint: 'Plan again: relay plan … --out FILE.',
    corrected: true,
  },
  PLAN_DIFFERS: {
    exit: 2,
    summary: 'The host has changed since a plan was saved: it would get other steps.',
    hint: 'Plan again, look at the new plan, and carry that out.',
    corrected: true,
  },
  KEY_NOT_FOUND: {
    exit: 2,
    summary: 'No account of relay on the host holds the key that was named.',
    hint: 'See what is there with `relay status`, and name the key by its fingerprint.',
  },
  KEY_AMBIGUOUS: {
    exit: 2,
    summary: 'Several accounts may hold the key that was named.',
    hint: 'Name one of them by its name, and repeat for the others, or say with --pack which is meant.',
  },
  NOT_THERE: {
    exit: 2,
    summary: 'The host holds nothing of this provider.',
    hint: 'Bring it up with `relay import`.',
  },
  FOREIGN_OBJECT: {
    exit: 2,
    corrected: false,
    summary: 'Something with a managed name was not made by relay.',
    hint: 'Rename it on the host, or take it over with --adopt.',
  },
  NAME_AMBIGUOUS: {
    exit: 2,
    corrected: false,
    summary: 'Several objects bear the same managed name.',
    hint: 'Rename all but the one that serves users on the host, or give another name.',
  },
  GROUP_IN_FOREIGN_CHANNEL: {
    exit: 2,
    corrected: false,
    summary: 'The group is bound to a channel that relay does not manage.',
    hint: 'Detach the group from that channel on the host; a group can be in one channel only.',
  },
  GROUP_MISMATCH: {
    exit: 2,
    corrected: false,
    summary: 'The group has another platform or type than the pack needs.',
    hint: 'Rename or remove that group on the host.',
  },
  HOST_TOO_OLD_FOR_PACK: {
    exit: 2,
    summary: 'The pack needs a newer host.',
    hint: 'Upgrade the host, or use an older pack.',
  },
  UPSTREAM_UNREACHABLE: {
    exit: 3,
    summary: 'The upstream does not answer, or has no time.',
    hint: 'Check --base-url, the network, and that the upstream runs.',
  },
  UPSTREAM_REFUSED: {
    exit: 3,
    summary: 'The upstream refuses the key.',
    hint: 'Check the key, and that it is one of this upstream.',
  },
  UPSTREAM_WRONG_ADDRESS: {
    exit: 3,
    summary: 'Something answers, but not with a model list.',
    hint: 'Check --base-url: it ends before the paths of requests, such as /v1 or nothing.',
  },
  UPSTREAM_LIST_UNUSABLE: {
    exit: 3,
    summary: 'What the upstream lists as its models cannot be used.',
    hint: 'Name the models with --model MODEL, or some of the list by a pattern: --model "qwen*".',
  },
  UPSTREAM_MODEL_FAILS: {
    exit: 3,
    summary: 'The model of the upstream that was tried gave no answer.',
    hint: 'Name another one first: --model MODEL --model "*".',
  },
  HOST_UNREACHABLE: {
    exit: 3,
    summary: 'The host does not answer.',
    hint: 'Check --host, the network, and that the host runs.',
  },
  HOST_WRONG_ADDRESS: {
    exit: 3,
    summary: 'Something answers, but not with the API of the host.',
    hint: 'Check the address and the port of --host; a host is named without a path.',
    corrected: true,
  },
  HOST_REDIRECTS: {
    exit: 3,
    summary: 'The address redirects; credentials are not sent after it.',
    hint: 'Give the address it redirects to.',
    corrected: true,
  },
  HOST_IN_SETUP: {
    exit: 3,
    summary: 'The host is still in its set-up wizard.',
    hint: 'Finish the set-up in a browser, then run this again.',
  },
  HOST_VERSION_UNSUPPORTED: {
    exit: 3,
    summary: 'The host is too old, or does not say its version.',
    hint: 'Upgrade the host: relay works with sub2api 0.1.129 and newer, and with new-api of May 2026 and newer.',
  },
  HOST_NEWER_THAN_KNOWN: {
    exit: 0,
    summary: 'The host is newer than what relay was tried with.',
    hint: 'Look at the result more closely than usual.',
  },
  LOGIN_MISSING: {
    exit: 2,
    corrected: false,
    summary: 'No admin login was given.',
    hint: 'Set RELAY_ADMIN_KEY, or give --admin-key-file FILE, or --admin-email E with --admin-password-file FILE.',
  },
  LOGIN_REFUSED: {
    exit: 3,
    summary: 'The host refuses the admin login.',
    hint: 'Check the admin key, or e-mail and password; a fresh host has no key yet.',
  },
  LOGIN_NEEDS_KEY: {
    exit: 3,
    summary: 'A second factor or a captcha stands before the admin login.',
    hint: 'Use an admin API key: --admin-key-file FILE or RELAY_ADMIN_KEY.',
    corrected: true,
  },
  COMPLIANCE_GATE: {
    exit: 3,
    summary: 'The host waits for its operator to accept its compliance terms.',
    hint: 'Read the document, then accept it on a terminal with `relay doctor --accept-compliance`, or in the admin panel of the host.',
  },
  PROBE_KEY_IMPOSSIBLE: {
    exit: 3,
    summary: 'There is no way to a user key for the gateway check.',
    hint: 'Give a key with --probe-key-file FILE or RELAY_PROBE_KEY, use --probe find, or skip the check with --probe none.',
    corrected: true,
  },
  LOCKED: {
    exit: 3,
    summary: 'Another run is at work on this provider of this host.',
    hint: 'Wait until it has ended. If there is no such run any more, remove the file that the message names.',
  },
  GATEWAY_OPEN: {
    exit: 0,
    summary: 'The gateway of the host serves everybody, without a key.',
    hint: 'Add a client key on the host, unless something in front of it keeps others out.',
  },
  OTHER_WRITER: {
    exit: 3,
    summary: 'Somebody else is changing the same settings of the host.',
    hint: 'This host cannot keep two writers apart. Stop the other one, check what the host holds, and run the same again.',
  },
  HOST_REPLY_UNEXPECTED: {
    exit: 3,
    summary: 'The host answered with something relay does not understand.',
    hint: 'Run again with --verbose; a proxy in between may have answered.',
  },
  HOST_FAILED: { exit: 3, summary: 'The host answered with an error.', hint: 'Look at the log of the host.' },
  WRITE_REFUSED: {
    exit: 4,
    summary: 'The host refused a change.',
    hint: 'Remove the reason that the host gives; `relay doctor` looks what else stands in the way there.',
  },
  WRITE_UNSETTLED: {
    exit: 6,
    summary: 'A change was sent, its answer was lost, and looking did not tell what became of it.',
    hint: 'Look at the host; the report names what to look for.',
  },
  JOURNAL_FAILED: {
    exit: 6,
    summary: 'The journal could not be kept any longer, so nothing new was sent to the host.',
    hint: 'Make the state work again, then finish the run with `relay resume`, or undo it with `relay rollback`.',
  },
  LOCK_LOST: {
    exit: 6,
    summary: 'The run does not have its lock any more, so nothing more was sent to the host.',
    hint: 'Another run may be at work on the same provider; wait for it, then import again or use `relay rollback`.',
  },
  PACK_CHANGED: {
    exit: 0,
    summary: 'The pack has changed since the run began. The run goes on with what its journal holds.',
    hint: 'Import again afterwards to bring the host to the new pack.',
  },
  OTHER_RUN: {
    exit: 0,
    summary: 'Another run left accounts that no test has proven; it may still be at work.',
    hint: 'If it is not, this run tests them.',
  },
  RESTORED_NOTHING: {
    exit: 6,
    summary: 'Accounts that the run removed could not be restored, since their keys are not kept.',
    hint: 'Give the key file from before: `relay rollback RUN --keys FILE`; or import it again.',
  },
  SETTINGS_DROPPED: {
    exit: 4,
    summary: 'The host stored something other than what was sent.',
    hint: 'Compare the object on the host with the plan.',
  },
  KEY_HAS_ACCOUNT: {
    exit: 4,
    summary: 'Somebody else made an account of the same key while the run was at work, so its own was removed.',
    hint: 'Run the import again: it takes the account that is there.',
  },
  KEY_REFUSED: {
    exit: 5,
    summary: 'The vendor refuses the key.',
    hint: 'Replace the key. It may belong to another site or wallet of the vendor.',
  },
  BALANCE_EXHAUSTED: {
    exit: 5,
    summary: 'The vendor account behind the key has no balance.',
    hint: 'Top it up, then run the import again.',
  },
  TEST_FAILED: {
    exit: 5,
    summary: 'The test of the account failed.',
    hint: 'Mend what the vendor complains of: the key, the model or the base URL. An outage passes: test again later.',
  },
  TEST_ERROR: {
    exit: 5,
    summary: 'The host could not carry out the test of the account.',
    hint: 'Run the import again; it tests only what is not proven.',
  },
  MODEL_NOT_SEEN: {
    exit: 5,
    summary: 'The account does not offer the smoke-test model.',
    hint: 'Check the model mapping of the pack.',
  },
  UPSTREAM_JUNK: {
    exit: 5,
    summary: 'The vendor address answers with something that is not an API reply.',
    hint: 'Check the base URL of the pack, or --base-url.',
  },
  ACCOUNT_HELD_OUT: {
    exit: 5,
    summary: 'The host holds the account out of service.',
    hint: 'Look at the account on the host; it tells why.',
  },
  UPSTREAM_BUSY: {
    exit: 0,
    summary: 'The vendor throttled or was not available during the test.',
    hint: 'Test the account again later.',
  },
  UPSTREAM_FORBIDDEN: {
    exit: 0,
    summary: 'The vendor answered 403 to the test; real calls may still work.',
    hint: 'Send a real request through the gateway.',
  },
  TEST_UNAVAILABLE: {
    exit: 0,
    summary: 'This host version cannot test this kind of account; the vendor accepted the key for its model list.',
    hint: 'The gateway check proves the group, not each account. A newer host tests each account.',
  },
  KEY_UNPROVEN: {
    exit: 0,
    summary: 'Nothing could prove that the key works.',
    hint: 'Send a real request with this account alone.',
  },
  TEST_NOT_NOTED: {
    exit: 0,
    summary: 'The accounts were tested, but the host did not take the note of it.',
    hint: 'Nothing to do: the next import tests them once more.',
  },
  FAILED_BEFORE: {
    exit: 0,
    summary:
      'Accounts that an earlier run took out of service fail again; --failed remove takes away only what serves.',
    hint: '`relay probe --repair remove` takes them off the host.',
  },
  PRICE_NEEDED: {
    exit: 2,
    summary: 'The host refuses models that have no price, and the pack has none.',
    hint: 'Add the prices to the pack, set them on the host, or switch its self-use mode on.',
  },
  KEY_PLACEHOLDER: {
    exit: 0,
    summary: 'The upstream asks for no key, so one account was planned with a placeholder.',
    hint: 'Give keys with --keys FILE if the upstream wants one.',
  },
  MODELS_LEFT_OUT: {
    exit: 0,
    summary: 'Not all that the upstream lists as models can be offered.',
    hint: 'Nothing need be done. Name a model with --model MODEL to have it offered all the same.',
  },
  UPSTREAM_ON_HOST: {
    exit: 0,
    summary: 'The address of the upstream is that of a machine for itself, and the host is on another one.',
    hint: 'Nothing need be done if the upstream runs beside the host; else give its address with --base-url.',
  },
  PRICE_MISSING: {
    exit: 0,
    summary: 'A model has no price in the pack; the host may bill nothing for it.',
    hint: 'Add the price to the pack, or set it on the host.',
  },
  HOST_IGNORES: {
    exit: 0,
    summary: 'The host cannot honour something that the pack says, and works without it.',
    hint: 'Nothing need be done. Set it on the host by hand if it has another way.',
  },
  DRIFT: {
    exit: 0,
    summary: 'A setting on the host differs from the pack, and relay leaves it.',
    hint: 'Change it on the host if the pack is right.',
  },
  KEY_REVOKED: {
    exit: 0,
    summary: 'A key of the key file was revoked on the host, and its account stays out of service.',
    hint: 'Take the key out of the key file, and put a new one in its place.',
  },
  FOREIGN_ACCOUNT: {
    exit: 0,
    summary: 'An account bears a managed name but was not made by relay. It is left alone.',
    hint: 'Rename it if it should not look managed.',
  },
  MODEL_LIST_LAGS: {
    exit: 0,
    summary: 'The gateway answers completions, but its model list does not show the model yet.',
    hint: 'The list follows within seconds; ask again.',
  },
  GATEWAY_NOT_READY: {
    exit: 7,
    summary: 'The gateway did not answer a real request in time.',
    hint: 'Look at the accounts on the host, then run the import again.',
  },
  SUBSCRIPTION_FAILED: {
    exit: 5,
    summary: 'A user could not be given the subscription.',
    hint: 'Remove the reason that the host gives; the same import gives the access then.',
  },
  SUBSCRIPTION_DIFFERS: {
    exit: 0,
    summary: 'The user already has this subscription, with another end than asked for. It is left as it is.',
    hint: 'Use --extend to lengthen it.',
  },
  REMOVAL_FAILED: {
    exit: 5,
    summary: 'An account that is no longer in the key file could not be removed.',
    hint: 'Remove it on the host, or run the import again.',
  },
  PROBE_LEFT_BEHIND: {
    exit: 6,
    summary: 'The user or key that relay made for the gateway check is still on the host.',
    hint: 'The report names it and the command that removes it.',
  },
  PROBE_USER_LEFT: {
    exit: 0,
    summary: 'A user for a gateway check is on the host, of a run that is not known here.',
    hint: 'Nothing to do: once it is an hour old, the next command that changes the host removes it.',
  },
  INTERRUPTED: {
    exit: 130,
    summary: 'The run was stopped by a signal.',
    hint: 'Run the same command again; it goes on from what the host holds.',
  },
  DEADLINE_PASSED: {
    exit: 3,
    summary: 'The run took longer than --deadline.',
    hint: 'Give the same command a longer --deadline, or none.',
    corrected: true,
  },
  INTERNAL: {
    exit: 1,
    summary: 'relay met something it did not expect.',
    hint: 'This is a fault in relay. Please report it with the output of --verbose.',
  },
} as const satisfies Record<string, CodeFacts>;

interface CodeFacts {
  exit: number;
  summary: string;
  hint: string;
  /** Whether what helps is another command than the one that was given, where its exit code does not say so. */
  corrected?: boolean;
}

export type Code = keyof typeof codes;

/** Whether the command that met this is to be corrected: to give it once more would end the same. */
export function asksForCorrection(code: Code): boolean {
  const facts: CodeFacts = codes[code];
  return facts.corrected ?? facts.exit === 2;
}

/** The exit code of a run that this code ended before anything was written. A warning never ends a run. */
export function exitCodeOf(code: Code): number {
  const { exit } = codes[code];
  return exit === 0 ? 1 : exit;
}
