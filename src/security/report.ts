import type { Language } from '../text.ts';
import type { AuditRow } from './audit.ts';

/** `ops security --json`, in one language. */
export function auditReport(rows: readonly AuditRow[], language: Language) {
  return {
    claims: rows.map(({ layer, claim, verdict, found, fix }) => ({
      layer,
      claim: claim[language],
      verdict,
      found: found[language],
      fix: fix?.[language] ?? null,
    })),
  };
}

export type AuditReport = ReturnType<typeof auditReport>;
