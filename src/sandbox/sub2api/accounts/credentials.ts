import type { Features } from '../features.ts';
import type { JsonObject } from '../../json-object.ts';

const secretKeys = [
  'access_token',
  'refresh_token',
  'id_token',
  'api_key',
  'session_key',
  'cookie',
  'aws_secret_access_key',
  'aws_session_token',
  'service_account_json',
  'service_account',
  'private_key',
];
const newerSecretKeys = ['agent_private_key', 'password', 'sso_token', 'sso', 'sso-rw', 'clearTextPassword'];

function secrets(features: Features): string[] {
  return features.newerFields ? [...secretKeys, ...newerSecretKeys] : secretKeys;
}

/** Credentials as replies show them: secrets only as `has_…` flags. */
export function redactCredentials(features: Features, credentials: JsonObject): JsonObject {
  const hidden = secrets(features);
  const shown = Object.entries(credentials).filter(([key]) => !hidden.includes(key));
  const present = hidden.filter((key) => {
    const value = credentials[key];
    return value !== undefined && value !== null && value !== '' && value !== false;
  });
  return {
    credentials: Object.fromEntries(shown),
    ...(present.length === 0
      ? {}
      : { credentials_status: Object.fromEntries(present.map((key) => [`has_${key}`, true])) }),
  };
}

/** The map that a PUT leaves: the new one, plus the secrets that it does not mention. */
export function replaceCredentials(features: Features, current: JsonObject, incoming: JsonObject): JsonObject {
  const kept = Object.entries(current).filter(([key]) => secrets(features).includes(key) && !(key in incoming));
  return { ...incoming, ...Object.fromEntries(kept) };
}
