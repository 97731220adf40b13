import { certificateNotAfter, certificateNotBefore } from '../src/catalogue/certificate.ts';
import { compare, divide, type Expression, number, select, subtract, time } from '../src/expression/ast.ts';
import type { Rule, RuleGroup } from '../src/rule.ts';

/** Share of its lifetime that a certificate has left: days would be wrong for six-day certificates. */
const remaining: Expression = divide(
  subtract(select(certificateNotAfter), time),
  subtract(select(certificateNotAfter), select(certificateNotBefore)),
);

const shared: Pick<Rule, 'expression' | 'for' | 'unit' | 'summary' | 'panel' | 'commands'> = {
  expression: (threshold) => compare(remaining, '<', number(threshold)),
  for: 0,
  unit: 'ratio',
  summary: { en: 'certificate has {value} of its life left – {target}', zh: '证书剩余有效期 {value} – {target}' },
  panel: 'certificate-days',
  commands: ['certbot certificates', 'certbot renew', 'systemctl reload nginx'],
};

const group: RuleGroup = {
  name: 'certificate',
  rules: [
    {
      ...shared,
      name: 'CertificateExpiresSoon',
      severity: 'warning',
      threshold: 1 / 3,
      description: {
        en: 'Renewal should have happened by now: less than {threshold} of the lifetime of {target} ({source}) is left.',
        zh: '此时应已续期:{target}({source})剩余有效期不足 {threshold}。',
      },
      runbook: 'certificateexpiressoon',
    },
    {
      ...shared,
      name: 'CertificateExpiresVerySoon',
      severity: 'critical',
      threshold: 1 / 6,
      description: {
        en: 'Browsers will refuse the chat soon: less than {threshold} of the lifetime of {target} ({source}) is left.',
        zh: '浏览器即将拒绝访问:{target}({source})剩余有效期不足 {threshold}。',
      },
      runbook: 'certificateexpiresverysoon',
    },
  ],
};

export default group;
