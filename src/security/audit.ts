import { reasonOf } from '../errors.ts';
import { type Text, untranslated } from '../text.ts';
import { type Claim, type SecurityContext, unknown, type Verdict } from './claim.ts';
import { fileClaims } from './files.ts';
import { firewallClaims } from './firewall.ts';
import { gatewayClaims } from './gateway.ts';
import { nginxClaims } from './nginx.ts';
import { socketClaims } from './sockets.ts';
import { tlsClaims } from './tls.ts';

export interface AuditRow extends Pick<Claim, 'layer' | 'claim'>, Verdict {
  /** Null where nothing is to be done. */
  readonly fix: Text | null;
}

const claims: readonly Claim[] = [
  ...firewallClaims,
  ...socketClaims,
  ...nginxClaims,
  ...tlsClaims,
  ...gatewayClaims,
  ...fileClaims,
];

/** Tries every claim, by layer. What could not be tried is `unknown` with the reason. */
export async function audit(context: SecurityContext): Promise<AuditRow[]> {
  const rows = await Promise.all(
    claims.map(async ({ layer, claim, fix, run }): Promise<AuditRow> => {
      const verdict = await run(context).catch((thrown: unknown) => unknown(untranslated(reasonOf(thrown))));
      return { layer, claim, ...verdict, fix: verdict.verdict === 'ok' ? null : fix };
    }),
  );
  return rows.sort((one, other) => one.layer.localeCompare(other.layer));
}
