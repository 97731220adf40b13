import { events } from '../../gateway/support/gateway.ts';
import type { Case } from './cases.ts';

/** What a caller can see of an answer: one value per path, without what must differ from one request to the next. */
export type View = Readonly<Record<string, unknown>>;

/** Asks one server. */
export async function ask(base: string, { method, path, body }: Case): Promise<View> {
  const reply = await fetch(base + path, {
    method,
    headers: { authorization: 'Bearer test-key', 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body }),
  });
  const type = reply.headers.get('content-type')?.split(';', 1)[0];
  const text = await reply.text();
  const content = type === 'text/event-stream' ? ofStream(text) : parsed(text);
  return flatten({ status: reply.status, type, ...asObject(content) });
}

interface Choice {
  readonly text?: string;
  readonly delta?: Readonly<Record<string, unknown>>;
  readonly logprobs?: { readonly content?: readonly unknown[] } | null;
  readonly finish_reason?: string | null;
}

interface Chunk {
  readonly choices?: readonly Choice[];
  readonly usage?: unknown;
  readonly error?: unknown;
}

/** A stream as its texts joined, its single facts, and the order of its kinds of events. */
function ofStream(text: string): object {
  const all = events(text);
  const chunks = all.filter((event): event is Chunk => typeof event === 'object' && event !== null);
  const choices = chunks.flatMap((chunk) => chunk.choices ?? []);
  const deltas = choices.map(({ delta }) => delta ?? {});
  const joined = (name: string) => deltas.map((delta) => delta[name] ?? '').join('');
  return {
    head: normalised({ ...chunks[0], choices: undefined, usage: undefined }),
    roles: deltas.map(({ role }) => role).filter((role) => role !== undefined),
    text: choices.map((choice) => choice.text ?? '').join(''),
    content: joined('content'),
    reasoning: joined('reasoning'),
    reasoning_content: joined('reasoning_content'),
    tool_calls: normalised(deltas.flatMap((delta) => (delta['tool_calls'] as unknown[] | undefined) ?? [])),
    logprobs: normalised(choices.flatMap((choice) => choice.logprobs?.content ?? [])),
    finish_reasons: choices.map(({ finish_reason }) => finish_reason).filter(Boolean),
    usages: chunks.map(({ usage }) => usage).filter((usage) => usage !== undefined && usage !== null),
    errors: chunks.map(({ error }) => error).filter((error) => error !== undefined),
    order: withoutRepeats(all.map(kindOf)),
  };
}

/** What an event brings. */
function kindOf(event: unknown): string {
  if (event === '[DONE]') return 'done';
  const { choices = [], error, usage } = event as Chunk;
  if (error) return 'error';
  const [choice] = choices;
  if (!choice) return usage ? 'usage' : 'empty';
  if (choice.finish_reason) return Object.keys(choice.delta ?? {}).length > 0 ? 'finish with a delta' : 'finish';
  const filled = Object.entries(choice.delta ?? { text: choice.text }).filter(([, value]) => value);
  return filled
    .map(([name]) => name)
    .filter((name) => name !== 'role')
    .join('+');
}

const withoutRepeats = (words: readonly string[]) => words.filter((word, at) => word !== words[at - 1]);

function parsed(text: string): unknown {
  try {
    return normalised(JSON.parse(text));
  } catch {
    return { text };
  }
}

const asObject = (value: unknown): object =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value : { body: value };

/** Fields whose values are made anew for each answer; that they are there still counts. */
const perAnswer: ReadonlySet<string> = new Set(['id', 'created', 'system_fingerprint']);

/** Numbers to six significant digits: two runs of a model differ in the last ones. */
function normalised(value: unknown): unknown {
  if (typeof value === 'number') return Number(value.toPrecision(6));
  if (Array.isArray(value)) return value.map(normalised);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, normalisedField(value, name, item)]));
}

function normalisedField(owner: object, name: string, value: unknown): unknown {
  const isModel = 'owned_by' in owner;
  if (perAnswer.has(name) && !isModel && value !== undefined) return `<${typeof value}>`;
  // Go writes the arguments of a tool call in an order that changes.
  if (name === 'arguments' && typeof value === 'string') return JSON.parse(value);
  return isModelList(value) ? normalised(value.toSorted((a, b) => a.id.localeCompare(b.id))) : normalised(value);
}

/** Ollama lists models by age, and those of the same second as it likes. */
function isModelList(value: unknown): value is { id: string }[] {
  return (
    Array.isArray(value) && value.length > 1 && value.every((item) => typeof item === 'object' && 'owned_by' in item)
  );
}

/** Nested values by their paths, such as `choices[0].message.content`. Lists of plain values stay whole. */
function flatten(value: unknown, path = ''): View {
  if (typeof value !== 'object' || value === null) return value === undefined ? {} : { [path]: value };
  const isList = Array.isArray(value);
  if (isList && value.every((item) => typeof item !== 'object')) return { [path]: value };
  const entries = Object.entries(value).map(([name, item]) =>
    flatten(item, isList ? `${path}[${name}]` : path === '' ? name : `${path}.${name}`),
  );
  return Object.assign({}, ...entries);
}
