/** A difference to Ollama's own `/v1` that is wanted. `docs/differences.md` is made of these. */
export interface Intended {
  /** What it is about, as the first column of the documentation. */
  readonly subject: string;
  readonly ollama: string;
  readonly gateway: string;
  readonly reason: string;
  /** Names of the cases in which it shows, or every case that fails with the same status on both sides. */
  readonly cases: readonly string[] | 'errors';
  /** Paths at which the answers may differ; `*` stands for any index. */
  readonly paths: readonly string[];
  /** The value that the gateway must have there. */
  readonly expected?: unknown;
}

const refused = (
  subject: string,
  gateway: string,
  reason: string,
  cases: readonly string[],
  ollama = 'ignored: 200',
) => ({
  ...{ subject, ollama, gateway, reason, cases, paths: ['status'], expected: 400 },
});

const silent = 'A parameter that has no effect costs its user days; a mistake is told.';

export const intended: readonly Intended[] = [
  {
    subject: '`error.message`',
    ollama: "Go's words, such as `json: cannot unmarshal string into Go struct field …`",
    gateway: 'the field, what was expected and what came',
    reason: 'The reader of the message wrote JSON, not Go.',
    cases: 'errors',
    paths: ['error.message'],
  },
  {
    subject: '`error.code`',
    ollama: '`null`',
    gateway: 'a code of a closed list',
    reason: 'Programs tell errors apart by it, and so does the audit line.',
    cases: 'errors',
    paths: ['error.code'],
  },
  {
    subject: '`error.param`',
    ollama: '`null`',
    gateway: 'the path of the field',
    reason: "It is what OpenAI's error object has the field for.",
    cases: 'errors',
    paths: ['error.param'],
  },
  {
    subject: '`max_completion_tokens`',
    ollama: 'ignored',
    gateway: 'limits the answer; it wins over `max_tokens`',
    reason: 'New clients send only this one; without it a model runs to its end.',
    cases: ['max_completion_tokens', 'max_completion_tokens, streamed', 'both token limits'],
    paths: [
      ...['content', 'finish_reasons', 'choices[*].message.content', 'choices[*].finish_reason'],
      ...['usage.completion_tokens', 'usage.total_tokens'],
    ],
  },
  {
    subject: 'role `developer`',
    ollama: 'passed to a template that does not know it',
    gateway: 'sent as `system`',
    reason: 'It is the new name of the same role.',
    cases: ['developer message'],
    paths: ['usage.prompt_tokens', 'usage.total_tokens'],
  },
  {
    subject: 'content of several text parts',
    ollama: 'one message per part',
    gateway: 'one message, parts joined by a line feed',
    reason: 'A turn of the conversation stays one turn.',
    cases: ['two text parts'],
    paths: ['usage.prompt_tokens', 'usage.total_tokens'],
  },
  {
    subject: 'a model that repeats itself for ever',
    ollama: 'breaks off: `finish_reason` null and no usage, in a stream neither the reason nor `[DONE]`',
    gateway: '`stop`, the tokens of the answer by its own count, and `[DONE]`',
    reason: 'A client waits for an end that never comes, or takes the answer for a broken one.',
    cases: ['a model that repeats itself', 'a model that repeats itself, streamed'],
    paths: [
      ...['choices[*].finish_reason', 'finish_reasons', 'order'],
      ...['usage.prompt_tokens', 'usage.completion_tokens', 'usage.total_tokens'],
    ],
  },
  {
    subject: '`content` of a tool call',
    ollama: '`""`',
    gateway: '`null`',
    reason: "As in OpenAI's API; clients show an empty text as an answer.",
    cases: ['tool call', 'tool result', 'tool result in parts', 'tool_choice auto'],
    paths: ['choices[*].message.content'],
  },
  {
    subject: '`tool_choice: "none"`',
    ollama: 'ignored: the model may call a tool',
    gateway: 'the tools are not sent',
    reason: 'The caller said that no tool is to be called.',
    cases: ['tool_choice none'],
    paths: [
      ...['choices[*].message.content', 'choices[*].message.tool_calls', 'choices[*].finish_reason'],
      ...['usage.prompt_tokens', 'usage.total_tokens'],
    ],
  },
  {
    subject: '`reasoning_content`',
    ollama: 'only `reasoning`',
    gateway: 'both, with the same text',
    reason: 'Clients made for vLLM and DeepSeek read `reasoning_content`.',
    cases: [
      ...['thinking by default', 'thinking by default, streamed', 'reasoning_effort', 'reasoning_effort, streamed'],
      ...['reasoning.effort', 'thinking cut by its limit'],
    ],
    paths: ['reasoning_content', 'choices[*].message.reasoning_content', 'order'],
  },
  {
    subject: '`logprobs` of a completion',
    ollama: 'absent',
    gateway: '`null` where none were asked for',
    reason: "A required field of OpenAI's object.",
    cases: ['completion', 'completion with max_tokens', 'completion with stop'],
    paths: ['choices[*].logprobs'],
  },
  {
    subject: 'usage in a streamed completion',
    ollama: 'in each chunk, zero until the last',
    gateway: 'in the last chunk',
    reason: "As in OpenAI's API; a client that adds them up, or takes the first, is right with both.",
    cases: ['completion with usage'],
    paths: ['usages'],
  },
  refused('`n` greater than 1', '400', silent, ['n of 2']),
  refused('an unknown role', '400', silent, ['bad role'], 'given to the template: 200'),
  refused('`stop` that is neither text nor list', '400', silent, ['stop as a number']),
  refused('an unknown `response_format.type`', '400', silent, ['unknown response_format']),
  refused('`json_schema` without a schema', '400', silent, ['json_schema without its schema']),
  refused(
    'a completion without `prompt`',
    '400',
    'Ollama\'s word for "loaded" is no answer to a caller.',
    ['completion without prompt'],
    '200 with `finish_reason: "load"`',
  ),
  refused(
    'embeddings of a model that makes none',
    '400',
    'It is the mistake of the caller, and not a failure of the server.',
    ['embedding by a chat model'],
    '501',
  ),
  {
    subject: '`usage.prompt_tokens` of an answer that Ollama broke off',
    ollama: '`0`',
    gateway: 'absent, as is the total; `completion_tokens` is counted',
    reason: 'Nobody counted the prompt, and a zero would be a wrong number.',
    cases: ['a model that repeats itself'],
    paths: ['usage.prompt_tokens', 'usage.total_tokens'],
  },
];
