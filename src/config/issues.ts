import type { z } from 'zod';
import { withoutUserInfo } from '../text.ts';
import { shapeOf } from './environment.ts';
import { isTree } from './merge.ts';
import { nearest } from './nearest.ts';

/** One sentence per mistake: the option's path, what was expected, what came. */
export function describeIssues(error: z.ZodError, schema: z.ZodType, section: string, input: unknown): string[] {
  return error.issues.flatMap((issue) => {
    const path = formatPath(section, issue.path);
    if (issue.code === 'unrecognized_keys') {
      const known = Object.keys(shapeAt(schema, issue.path) ?? {});
      return issue.keys.map((key) => `${path}.${key}: unknown option${nearest(key, known)}`);
    }
    const received = valueAt(input, issue.path);
    const message = issue.message.replace(/^Invalid (?:input|option): /, '').replace(/, received .*$/, '');
    return [`${path}: ${message}, got ${received === undefined ? 'nothing' : masked(issue.path, received)}`];
  });
}

function formatPath(section: string, path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, part) => text + (typeof part === 'number' ? `[${part}]` : `.${String(part)}`),
    section,
  );
}

function shapeAt(schema: z.ZodType, path: readonly PropertyKey[]): Readonly<Record<string, z.ZodType>> | undefined {
  let shape = shapeOf(schema);
  for (const part of path) {
    const field = shape?.[String(part)];
    shape = field && shapeOf(field);
  }
  return shape;
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const part of path) {
    if (Array.isArray(value)) value = value[Number(part)];
    else if (isTree(value)) value = value[String(part)];
    else return undefined;
  }
  return value;
}

/** A key or password must not reach the terminal or a log through an error message. */
function masked(path: readonly PropertyKey[], value: unknown): string {
  return path.some((part) => /key|password|secret|token/i.test(String(part)))
    ? 'a masked value'
    : withoutUserInfo(JSON.stringify(value));
}
