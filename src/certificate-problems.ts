import type { Text } from './text.ts';

/** What can be wrong with a certificate. */
export const certificateProblems = [
  'unreadable',
  'expired',
  'not_yet_valid',
  'wrong_host',
  'untrusted',
  'chain_incomplete',
  'chain_order',
  'key_mismatch',
  'addresses_differ',
] as const;

/** Problems that could be judged, and whether they are there; one that cannot be judged is missing. */
export type JudgedCertificate = Partial<Record<(typeof certificateProblems)[number], boolean>>;

/** What each says of a certificate. */
export const certificateProblemTexts: Readonly<Record<keyof JudgedCertificate, Text>> = {
  unreadable: { en: 'it cannot be read', zh: '无法读取' },
  expired: { en: 'it has expired', zh: '已过期' },
  not_yet_valid: { en: 'it is not valid yet', zh: '尚未生效' },
  wrong_host: { en: 'it is for another name', zh: '域名不匹配' },
  untrusted: { en: 'no authority that is trusted signed it', zh: '签发机构不受信任' },
  chain_incomplete: { en: 'its chain is incomplete', zh: '证书链不完整' },
  chain_order: { en: 'its chain is in the wrong order', zh: '证书链顺序错误' },
  key_mismatch: { en: 'the private key is not its own', zh: '与私钥不匹配' },
  addresses_differ: { en: 'the addresses of the name present different ones', zh: '同一域名的各地址证书不一致' },
};
