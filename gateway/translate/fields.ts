import { OpsError } from '../../src/errors.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** The refusal of a request for one of its fields. `param` is the field's path, as OpenAI's error object names it. */
export function invalid(param: string | null, message: string): OpsError {
  return new OpsError('invalid_request', { message, param });
}

/** An absent field and `null` mean the same in OpenAI's API. */
const given = (value: unknown) => value !== undefined && value !== null;

export const isGiven = (fields: Fields, name: string) => given(fields[name]);

function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  return value === null ? 'null' : typeof value === 'object' ? 'an object' : JSON.stringify(value).slice(0, 40);
}

/** A text field. NUL is refused: it ends strings in the model runner. */
export function text(fields: Fields, name: string, param = name): string | undefined {
  const value = fields[name];
  if (!given(value)) return undefined;
  if (typeof value !== 'string') throw invalid(param, `${param}: expected a string, got ${describe(value)}`);
  if (value.includes('\0')) throw invalid(param, `${param}: must not contain the NUL character`);
  return value;
}

export function requiredText(fields: Fields, name: string, param = name): string {
  const value = text(fields, name, param);
  if (value === undefined || value === '') throw invalid(param, `${param}: expected a string, got nothing`);
  return value;
}

export function flag(fields: Fields, name: string, param = name): boolean | undefined {
  const value = fields[name];
  if (!given(value)) return undefined;
  if (typeof value !== 'boolean') throw invalid(param, `${param}: expected true or false, got ${describe(value)}`);
  return value;
}

interface Range {
  readonly min?: number;
  readonly max?: number;
  readonly integer?: boolean;
}

export function number(fields: Fields, name: string, range: Range = {}, param = name): number | undefined {
  const value = fields[name];
  if (!given(value)) return undefined;
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY, integer = false } = range;
  if (typeof value !== 'number' || !Number.isFinite(value) || (integer && !Number.isSafeInteger(value))) {
    throw invalid(param, `${param}: expected ${integer ? 'an integer' : 'a number'}, got ${describe(value)}`);
  }
  if (value < min) throw invalid(param, `${param}: expected at least ${min}, got ${value}`);
  if (value > max) throw invalid(param, `${param}: expected at most ${max}, got ${value}`);
  return value;
}

export function object(fields: Fields, name: string, param = name): Fields | undefined {
  const value = fields[name];
  return given(value) ? asObject(value, param) : undefined;
}

export function asObject(value: unknown, param: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid(param, `${param}: expected an object, got ${describe(value)}`);
  }
  return value as Fields;
}

export function list(fields: Fields, name: string, param = name): readonly unknown[] | undefined {
  const value = fields[name];
  if (!given(value)) return undefined;
  if (!Array.isArray(value)) throw invalid(param, `${param}: expected a list, got ${describe(value)}`);
  return value;
}

/** A string or a list of strings; always a list here. */
export function texts(fields: Fields, name: string, param = name): string[] | undefined {
  const value = fields[name];
  if (!given(value)) return undefined;
  const values: unknown[] = Array.isArray(value) ? value : [value];
  return values.map((item, index) =>
    requiredText({ item }, 'item', Array.isArray(value) ? `${param}[${index}]` : param),
  );
}

/** Names of the given fields that nobody here knows or can serve. */
export function unknownFields(fields: Fields, known: ReadonlySet<string>): string[] {
  return Object.keys(fields).filter((name) => isGiven(fields, name) && !known.has(name));
}
