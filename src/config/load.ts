import { readFile } from 'node:fs/promises';
import type { z } from 'zod';
import { OpsError, reasonOf } from '../errors.ts';
import { fromEnvironment } from './environment.ts';
import { parseFile } from './file.ts';
import { describeIssues } from './issues.ts';
import { follow, merge, setAt, type Tree } from './merge.ts';

/** The sections of the file: each room exports the schema of its own. */
export type Sections = Readonly<Record<string, z.ZodObject>>;

export type Configuration<S extends Sections> = { readonly [Name in keyof S]: z.output<S[Name]> };

export interface ConfigurationInput {
  /** Path of the YAML file; without one the defaults hold. */
  readonly file?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Values of command-line flags by path, such as `gateway.listen`. */
  readonly flags?: Readonly<Record<string, unknown>>;
  /** Options that take the value of another where only that is set, both by path. */
  readonly followers?: Readonly<Record<string, string>>;
}

/**
 * Reads the configuration: defaults < file < environment < flags.
 *
 * @throws OpsError `config_unreadable`, or `config_invalid` that lists every mistake with its path.
 */
export async function loadConfiguration<S extends Sections>(
  sections: S,
  { file, env, flags = {}, followers = {} }: ConfigurationInput,
): Promise<Configuration<S>> {
  const issues: string[] = [];
  const tree: Tree = file === undefined ? {} : parseFile(await read(file), Object.keys(sections), issues);
  for (const name of Object.keys(sections)) {
    const section = sections[name];
    if (section) merge(tree, { [name]: fromEnvironment(section, `OPS_${name.toUpperCase()}_`, env) });
  }
  for (const [path, value] of Object.entries(flags)) if (value !== undefined) setAt(tree, path.split('.'), value);
  for (const [option, leader] of Object.entries(followers)) follow(tree, option.split('.'), leader.split('.'));

  const result: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(sections)) {
    const parsed = schema.safeParse(tree[name] ?? {});
    if (parsed.success) result[name] = parsed.data;
    else issues.push(...describeIssues(parsed.error, schema, name, tree[name]));
  }
  if (issues.length > 0) {
    const count = issues.length === 1 ? '1 mistake' : `${issues.length} mistakes`;
    throw new OpsError('config_invalid', {
      path: file ?? 'configuration from environment and flags',
      count,
      issues: issues.map((issue) => `  ${issue}`).join('\n'),
    });
  }
  return result as Configuration<S>;
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new OpsError('config_unreadable', { path, reason: reasonOf(error) }, { cause: error });
  }
}
