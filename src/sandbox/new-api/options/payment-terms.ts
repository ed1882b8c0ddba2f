/** Notes that a person has confirmed the terms of payment, and when, in seconds since 1970. */
export function confirmTerms(options: Map<string, string>, at: number, by: number): void {
  options.set('payment_setting.compliance_confirmed', 'true');
  options.set('payment_setting.compliance_terms_version', 'v1');
  options.set('payment_setting.compliance_confirmed_at', String(at));
  options.set('payment_setting.compliance_confirmed_by', String(by));
}
