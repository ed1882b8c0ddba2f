import type { MiddlewareHandler } from 'hono';
import { bind } from '../binding.ts';
import { codeRefusal, refusal, success } from '../envelope.ts';
import type { Host, HostApp, HostEnv } from '../host.ts';
import type { JsonObject } from '../../json-object.ts';
import { timestamp } from '../state.ts';

const paths = { zh: 'docs/legal/admin-compliance.zh.md', en: 'docs/legal/admin-compliance.en.md' };
const site = 'https://github.com/Wei-Shaw/sub2api/blob/main/';
const facts = {
  version: 'v2026.06.10',
  document_path_zh: paths.zh,
  document_path_en: paths.en,
  document_url_zh: site + paths.zh,
  document_url_en: site + paths.en,
};
const phrases = {
  zh: '我已阅读、理解并同意 Sub2API 部署与运营合规承诺',
  en: 'I have read, understood, and agree to the Sub2API Deployment and Operation Compliance Commitment',
};

function isLocked(host: Host): boolean {
  return host.complianceGate && host.features.compliance && host.state.acknowledgement === undefined;
}

function status(host: Host): JsonObject {
  const { acknowledgement } = host.state;
  return {
    required: isLocked(host),
    ...facts,
    ack_phrase_zh: phrases.zh,
    ack_phrase_en: phrases.en,
    ...(acknowledgement === undefined ? {} : { acknowledgement }),
  };
}

/** Locks admin routes with 423 until the commitment is accepted. */
export function complianceGate(host: Host): MiddlewareHandler<HostEnv> {
  return async (c, next) => {
    if (isLocked(host) && !c.req.path.startsWith('/api/v1/admin/compliance')) {
      throw codeRefusal(
        423,
        'ADMIN_COMPLIANCE_ACK_REQUIRED',
        'administrator compliance acknowledgement is required',
        facts,
      );
    }
    await next();
  };
}

/** The compliance routes; the earlier version has none. */
export function addComplianceRoutes(app: HostApp, host: Host): void {
  if (!host.features.compliance) return;
  app.get('/api/v1/admin/compliance', () => success(status(host)));
  app.post('/api/v1/admin/compliance/accept', async (c) => {
    const fields = await bind(c, 'AcceptAdminComplianceRequest');
    const phrase = (fields.text('phrase') ?? '').trim();
    fields.check('phrase', 'required', phrase !== '');
    fields.settle();
    const language = (fields.text('language') ?? '').toLowerCase().startsWith('zh') ? 'zh' : 'en';
    if (phrase !== phrases[language])
      throw refusal(400, 'confirmation phrase does not match', 'ADMIN_COMPLIANCE_INVALID_PHRASE');
    host.state.acknowledgement = {
      version: facts.version,
      document_zh: paths.zh,
      document_en: paths.en,
      admin_user_id: c.get('actor').id,
      ip_address: '127.0.0.1',
      user_agent: c.req.header('user-agent') ?? '',
      accepted_at: timestamp(),
    };
    return success(status(host));
  });
}
