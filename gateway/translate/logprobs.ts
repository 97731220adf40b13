/** One token as Ollama and today's OpenAI API tell it. */
interface TokenLogprob {
  readonly token: string;
  readonly logprob: number;
  readonly top_logprobs?: readonly { readonly token: string; readonly logprob: number }[];
}

/** The form of the old completions API; null where nobody asked. `offset` is where the first token begins, in characters. */
export function legacyLogprobs(given: readonly unknown[] | undefined, offset: number): object | null {
  if (!given || given.length === 0) return null;
  const tokens = given as readonly TokenLogprob[];
  let at = offset;
  return {
    tokens: tokens.map(({ token }) => token),
    token_logprobs: tokens.map(({ logprob }) => logprob),
    top_logprobs: tokens.map(({ top_logprobs = [] }) =>
      Object.fromEntries(top_logprobs.map(({ token, logprob }) => [token, logprob])),
    ),
    text_offset: tokens.map(({ token }) => {
      const start = at;
      at += token.length;
      return start;
    }),
  };
}
