import { broken, type Claim, type SecurityContext, unknown, type Verdict } from './claim.ts';

/** Where the public site is asked. */
export interface Site {
  readonly url: URL;
  /** Without the brackets of an IPv6 address. */
  readonly host: string;
  readonly port: number;
  /** IP address to connect to instead of what the name resolves to. */
  readonly address: string | undefined;
  readonly prefixes: readonly string[];
}

const noSite = {
  en: "neither triage.probe_url nor Nginx's configuration (triage.nginx_config) names the site",
  zh: 'triage.probe_url 和 Nginx 配置(triage.nginx_config)都没有指明站点',
};

/** A claim that needs the public site, over HTTPS. */
export const onSite =
  (run: (site: Site, context: SecurityContext) => Promise<Verdict>): Claim['run'] =>
  async (context) => {
    if (context.site === undefined) return unknown(noSite);
    const { base, address, prefixes } = context.site;
    const url = new URL(base);
    if (url.protocol !== 'https:') return broken({ en: '{base} is no HTTPS', zh: '{base} 不是 HTTPS' }, { base });
    return run({ url, host: hostOf(url), port: Number(url.port) || 443, address, prefixes }, context);
  };

export const hostOf = ({ hostname }: URL) => hostname.replace(/^\[(.*)\]$/, '$1');
