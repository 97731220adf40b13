import {
  certbotLastRunSuccess,
  certbotTimerActive,
  certificateFileMatchesLive,
  certificateNotAfter,
  certificateNotBefore,
  certificateProblem,
} from '../src/catalogue/certificate.ts';
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
      causedBy: ['CertificateExpiresVerySoon', 'CertificateNotReloaded', 'RenewalFailed', 'RenewalTimerStopped'],
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
    {
      name: 'CertificateNotReloaded',
      expression: () => compare(select(certificateFileMatchesLive), '==', number(0)),
      for: 600_000,
      severity: 'warning',
      unit: 'state',
      summary: { en: '{target} still serves its old certificate', zh: '{target} 仍在使用旧证书' },
      description: {
        en: 'The certificate of {target} was renewed on disk, and Nginx was not reloaded.',
        zh: '{target} 的证书已在磁盘上续期,但 Nginx 尚未重新加载。',
      },
      runbook: 'certificatenotreloaded',
      panel: 'certificate-days',
      commands: ['nginx -t', 'systemctl reload nginx'],
    },
    {
      name: 'CertificateBroken',
      expression: () =>
        compare(select(certificateProblem, { problem: { not: ['expired', 'addresses_differ'] } }), '==', number(1)),
      for: 600_000,
      severity: 'warning',
      unit: 'state',
      summary: { en: 'certificate of {target}: {problem}', zh: '{target} 的证书:{problem}' },
      description: {
        en: 'Browsers or other clients will refuse {target} ({source}): {problem}.',
        zh: '浏览器或其他客户端将拒绝 {target}({source}):{problem}。',
      },
      runbook: 'certificatebroken',
      panel: 'certificate-problems',
      commands: ['ops check certificate', 'certbot certificates'],
    },
    {
      name: 'RenewalFailed',
      expression: () => compare(select(certbotLastRunSuccess), '==', number(0)),
      for: 0,
      severity: 'warning',
      unit: 'state',
      summary: { en: 'the last certificate renewal failed', zh: '上次证书续期失败' },
      description: {
        en: 'certbot ended with a failed renewal; nothing is visible yet, until the certificate expires.',
        zh: 'certbot 续期失败;在证书到期之前暂时看不出影响。',
      },
      runbook: 'renewalfailed',
      panel: 'certificate-days',
      commands: ['tail -n 50 /var/log/letsencrypt/letsencrypt.log', 'certbot renew --dry-run'],
    },
    {
      name: 'RenewalTimerStopped',
      expression: () => compare(select(certbotTimerActive), '==', number(0)),
      // An upgrade of certbot stops it for a while.
      for: 1_800_000,
      severity: 'warning',
      unit: 'state',
      summary: { en: 'the timer that renews certificates is stopped', zh: '续期证书的定时器已停止' },
      description: {
        en: 'certbot.timer is installed and does not run: nothing renews the certificates, and nothing is visible yet.',
        zh: 'certbot.timer 已安装但未运行:证书不会自动续期,而目前看不出影响。',
      },
      runbook: 'renewaltimerstopped',
      panel: 'certificate-days',
      commands: ['systemctl list-timers certbot.timer', 'systemctl enable --now certbot.timer'],
    },
  ],
};

export default group;
