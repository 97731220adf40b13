import { parseDocument } from 'yaml';
import { isTree, type Tree } from './merge.ts';
import { nearest } from './nearest.ts';

/** Keys that only the gateway's own file has at its top level, as in the article's /etc/qwen-gateway/config.yaml. */
const flatMarks = ['listen', 'ollama_api'];

/** Parses a configuration file into sections. A flat gateway file becomes the gateway section. Mistakes go to `issues`. */
export function parseFile(text: string, sections: readonly string[], issues: string[]): Tree {
  const document = parseDocument(text, { prettyErrors: true });
  if (document.errors.length > 0) {
    issues.push(...document.errors.map((error) => (error.message.split('\n')[0] ?? '').replace(/:$/, '')));
    return {};
  }
  const tree: unknown = document.toJS() ?? {};
  if (!isTree(tree)) {
    issues.push(`expected a map of sections (${sections.join(', ')}), got ${JSON.stringify(tree)}`);
    return {};
  }
  return flatMarks.some((key) => key in tree)
    ? unflatten(tree, sections, issues)
    : checkSections(tree, sections, issues);
}

function unflatten(tree: Tree, sections: readonly string[], issues: string[]): Tree {
  if ('gateway' in tree) {
    issues.push('gateway: expected either this section or its keys at the top level (listen, ollama_api, …), got both');
  }
  const flat: Tree = {};
  const result: Tree = { gateway: flat };
  for (const [key, value] of Object.entries(tree)) {
    if (sections.includes(key)) result[key] = value ?? {};
    else flat[key] = value;
  }
  return result;
}

function checkSections(tree: Tree, sections: readonly string[], issues: string[]): Tree {
  for (const [key, value] of Object.entries(tree)) {
    if (!sections.includes(key)) {
      issues.push(`${key}: unknown section${nearest(key, sections)}; expected one of ${sections.join(', ')}`);
    } else if (value === null) {
      tree[key] = {};
    }
  }
  return tree;
}
