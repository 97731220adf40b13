import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';
import type { Clock } from '../clock.ts';
import { OpsError, reasonOf } from '../errors.ts';

/** Who may read the page, and who may change something through it. */
export interface Access {
  /** @throws OpsError `page_host_unknown`: a name that is not the page's own may be a stranger's that was pointed here. */
  assertHost(request: FastifyRequest): void;
  /** @throws OpsError `page_login_required` where a token is set and the request carries neither it nor a session. */
  assertReader(request: FastifyRequest): void;
  /** @throws OpsError `page_request_forged` unless it comes from the page itself. */
  assertFromPage(request: FastifyRequest): void;
  /** To be sent back as `x-csrf-token` with every change. */
  readonly csrfToken: string;
  /** The cookie of a new session; undefined for a wrong token. */
  login(token: string): string | undefined;
}

interface AccessOptions {
  readonly token: string | undefined;
  readonly externalUrl: string | undefined;
  readonly clock: Clock;
}

const cookieName = 'ops_session';
const sessionSeconds = 7 * 86_400;
const shortestToken = 16;

export function createAccess({ token, externalUrl, clock }: AccessOptions): Access {
  const csrfToken = randomBytes(24).toString('base64url');
  const external = externalUrl === undefined ? undefined : new URL(externalUrl);
  // Made of the token alone: a session outlives a restart, and ends when the token is changed.
  const signature = (expires: string): string =>
    createHmac('sha256', token ?? '')
      .update(`session ${expires}`)
      .digest('base64url');

  const hasSession = (request: FastifyRequest): boolean => {
    const [, expires = '', signed = ''] =
      /(?:^|;\s*)ops_session=(\d+)\.([\w-]+)/.exec(request.headers.cookie ?? '') ?? [];
    return same(signed, signature(expires)) && Number(expires) * 1000 > clock.now();
  };

  return {
    csrfToken,
    assertHost({ headers: { host = '' } }) {
      const { hostname } = hostOf(host);
      const own =
        isIP(hostname.replace(/[[\]]/g, '')) > 0 || hostname === 'localhost' || hostname === external?.hostname;
      // With a token a stranger's name has no cookie of this page.
      if (!own && token === undefined) throw new OpsError('page_host_unknown', { host: hostname });
    },
    assertReader(request) {
      if (token === undefined || hasSession(request)) return;
      const bearer = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
      if (!same(bearer, token)) throw new OpsError('page_login_required');
    },
    assertFromPage({ headers }) {
      const { origin, host, 'sec-fetch-site': site = 'same-origin', 'x-csrf-token': sent } = headers;
      const sameOrigin =
        origin === undefined || hostOf(origin.replace(/^https?:\/\//, '')).host === hostOf(host ?? '').host;
      if (!sameOrigin || site !== 'same-origin' || !same(String(sent), csrfToken))
        throw new OpsError('page_request_forged');
    },
    login(given) {
      if (token === undefined || !same(given, token)) return undefined;
      const expires = String(Math.floor(clock.now() / 1000) + sessionSeconds);
      const secure = external?.protocol === 'https:' ? '; Secure' : '';
      return `${cookieName}=${expires}.${signature(expires)}; Path=/; Max-Age=${sessionSeconds}; HttpOnly; SameSite=Strict${secure}`;
    },
  };
}

/** The token in a file, without the line break at its end. @throws OpsError `file_unreadable`. */
export async function readToken(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new OpsError('file_unreadable', { path, reason: reasonOf(cause) }, { cause });
  });
  const token = text.trim();
  if (token.length < shortestToken) {
    const reason = `expected a login token of ${shortestToken} characters or more, got ${token.length}`;
    throw new OpsError('file_unreadable', { path, reason });
  }
  return token;
}

/** Digests have one length, so that the time of the comparison tells nothing. */
function same(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

/** Host with port, and without it, of a Host header; both empty where it is none. */
function hostOf(text: string): { host: string; hostname: string } {
  const url = URL.parse(`http://${text}`);
  return { host: url?.host ?? '', hostname: url?.hostname ?? '' };
}
