import { parse } from 'yaml';
import { z } from 'zod';
import type { Tree } from './merge.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Values of a section from the environment: `OPS_GATEWAY_RATE_LIMIT_ENABLED` is `gateway.rate_limit.enabled`. */
export function fromEnvironment(schema: z.ZodType, prefix: string, env: Environment): Tree {
  const tree: Tree = {};
  for (const [key, field] of Object.entries(shapeOf(schema) ?? {})) {
    const name = prefix + key.toUpperCase().replaceAll('-', '_');
    const value = env[name];
    if (value !== undefined) tree[key] = scalar(value);
    else if (shapeOf(field)) {
      const below = fromEnvironment(field, `${name}_`, env);
      if (Object.keys(below).length > 0) tree[key] = below;
    }
  }
  return tree;
}

/** The fields of a map schema, below its defaults; undefined for anything else. */
export function shapeOf(schema: z.ZodType): Readonly<Record<string, z.ZodType>> | undefined {
  if (schema instanceof z.ZodObject) return schema.shape;
  if (schema instanceof z.ZodPrefault || schema instanceof z.ZodDefault || schema instanceof z.ZodOptional) {
    return shapeOf(schema.unwrap() as z.ZodType);
  }
  return undefined;
}

/** Numbers, booleans and lists are written as in YAML; what YAML cannot read is text. */
function scalar(text: string): unknown {
  try {
    const value: unknown = parse(text);
    return value === null ? text : value;
  } catch {
    return text;
  }
}
