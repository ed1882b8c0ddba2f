import type { z } from 'zod';
import { RelayError } from '../../../core/relay-error.ts';
import { HostFailure } from '../../host-failure.ts';
import type { Can } from '../../capabilities.ts';
import { wrongAddress } from '../../http/wrong-address.ts';
import type { ApiClient } from '../../http/api-client.ts';
import type { HttpReply } from '../../http/exchange.ts';
import { publicSettingsWire, setupWire } from '../api/wire.ts';

/** What a host tells everybody about itself. */
export type PublicSettings = z.infer<typeof publicSettingsWire>;

/**
 * Asks the host what it is, without a login; `first` is the answer where it was asked already. Throws `HOST_IN_SETUP`,
 * `HOST_WRONG_ADDRESS`, or the `HostFailure` of the answer.
 */
export async function readSettings(open: ApiClient, first?: Promise<HttpReply>): Promise<PublicSettings> {
  try {
    return await open.read({ method: 'GET', path: '/api/v1/settings/public' }, publicSettingsWire, first);
  } catch (failure) {
    if (!(failure instanceof HostFailure) || failure.code === 'HOST_UNREACHABLE' || failure.code === 'HOST_REDIRECTS')
      throw failure;
    // A host in its set-up wizard has no such path.
    const setup = await open.get('/setup/status', setupWire).catch(() => undefined);
    if (setup?.needs_setup === true)
      throw new RelayError('HOST_IN_SETUP', `${open.http.baseUrl} is still in its set-up wizard.`, { cause: failure });
    if (failure.status === 404 || failure.code === 'HOST_REPLY_UNEXPECTED' || failure.code === 'HOST_WRONG_ADDRESS') {
      const { baseUrl } = open.http;
      throw wrongAddress(baseUrl, `${baseUrl} is no sub2api host: ${failure.message}`, {
        delivery: 'not_applied',
        cause: failure,
      });
    }
    throw failure;
  }
}

/** Whether a login by password meets a captcha, of whichever kind. */
export function asksForCaptcha(settings: PublicSettings): boolean {
  return settings.turnstile_enabled || settings.tencent_captcha_enabled || settings.aliyun_captcha_enabled;
}

/** What stands between relay and a user of its own. */
export function probeUserOf(settings: PublicSettings): Can {
  if (asksForCaptcha(settings)) return { possible: false, why: 'users log in with a captcha' };
  if (settings.backend_mode_enabled) return { possible: false, why: 'backend mode keeps users from logging in' };
  return { possible: true };
}
