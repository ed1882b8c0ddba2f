import { emptyConfig, type Config } from './config/config.ts';
import { writeConfig } from './config/config-file.ts';
import type { Credential } from './runtime/credential.ts';

/** A file of logins, or whatever else somebody has left beside them. */
export interface AuthFile {
  text: string;
  madeAt: number;
  changedAt: number;
}

/** A reload: what it read of the file, and when that becomes what the host works with. */
interface Reload {
  read: string;
  dueAt: number;
}

/** Everything the host remembers; tests may read and change it at any time. */
export interface CliProxyState {
  /** The configuration that management reads and edits. */
  config: Config;
  /** The list of client keys was replaced by nothing, which lists call null until the next reload. */
  areClientKeysNull: boolean;
  /** The configuration file. A change of it from outside is noticed. */
  file: string;
  /** The file as the host wrote it or took it over last. */
  knownFile: string;
  /** The file as memory would write it, without what is being changed. */
  memoryFile: string;
  /** The keys that open the gateway by now; without any it is open. */
  clientKeys: string[];
  /** The keys that serve by now. */
  credentials: Map<string, Credential>;
  authFiles: Map<string, AuthFile>;
  /** The reload that is under way. */
  reload: Reload | undefined;
  /** How many reloads wait for it. */
  reloadsWaiting: number;
  /** Failed logins by address. */
  failures: Map<string, { count: number; bannedUntil: number | undefined }>;
  /** Whose turn it is, by provider and model. */
  turns: Map<string, number>;
}

const firstFile = `# Made for this sandbox, and gone with it.
host: "127.0.0.1"
port: 8317
auth-dir: "/auths"
remote-management:
  allow-remote: false
  secret-key: "$2a$10$placeholder"
  disable-control-panel: true
`;

/** A host that has been started with one client key. */
export function createState(clientKey: string): CliProxyState {
  const config = emptyConfig([clientKey]);
  const file = writeConfig(firstFile, config);
  return {
    config,
    areClientKeysNull: false,
    file,
    knownFile: file,
    memoryFile: file,
    clientKeys: [clientKey],
    credentials: new Map(),
    authFiles: new Map(),
    reload: undefined,
    reloadsWaiting: 0,
    failures: new Map(),
    turns: new Map(),
  };
}
