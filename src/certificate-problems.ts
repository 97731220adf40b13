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
