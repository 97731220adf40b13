import { fillText, type Text } from '../text.ts';
import type { OutsideView } from './outside.ts';

/** The article's layers: network, transport, application, model. */
export type Layer = 'L1' | 'L2' | 'L3' | 'L4';

export interface Verdict {
  /** `unknown`: it could not be measured here, which is never taken for ok. */
  readonly verdict: 'ok' | 'broken' | 'unknown';
  /** What was measured, or why nothing could be. */
  readonly found: Text;
}

/** Something that a layer is said to do, and the attempt that shows whether it does. */
export interface Claim {
  readonly layer: Layer;
  readonly claim: Text;
  readonly fix: Text;
  /** What it throws becomes an unknown verdict. */
  run(context: SecurityContext): Promise<Verdict>;
}

export interface PublicSite {
  /** Base URL through Nginx. */
  readonly base: string;
  /** IP address to connect to where it is not that of the name. */
  readonly address?: string;
  /** Prefixes that Nginx's configuration gives a location, besides `/`, such as `/v1/`. */
  readonly prefixes: readonly string[];
}

/** The installation that is audited. */
export interface SecurityContext {
  /** Base URL of the gateway. */
  readonly gateway: string;
  /** Base URL of each Ollama. */
  readonly ollama: readonly string[];
  readonly auth: {
    readonly header: string;
    readonly keys: readonly (string | object)[];
    /** A key that is valid. */
    readonly key: string | undefined;
  };
  readonly whitelist: { readonly enabled: boolean; readonly ips: readonly string[] };
  /** Unicode code points. */
  readonly maxPromptChars: number;
  readonly site: PublicSite | undefined;
  /** Port of the site's plain HTTP. */
  readonly httpPort: number | undefined;
  /** The configuration and the files of secrets that it names. */
  readonly files: readonly string[];
  /** Addresses of this machine that are neither loopback nor link-local. */
  readonly addresses: readonly string[];
  /** Ports that everybody may reach. */
  readonly openPorts: readonly number[];
  /** What another machine reaches of this one; absent where none was named. */
  readonly outside: OutsideView | undefined;
  /** Milliseconds for each attempt. */
  readonly timeoutMs: number;
}

type Values = Readonly<Record<string, unknown>>;

/** Of a text whose `{name}` placeholders the values fill. */
const verdictOf =
  (verdict: Verdict['verdict']) =>
  (found: Text, values: Values = {}): Verdict => ({ verdict, found: fillText(found, values) });

export const ok = verdictOf('ok');
export const broken = verdictOf('broken');
export const unknown = verdictOf('unknown');
