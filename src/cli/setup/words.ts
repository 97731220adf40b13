import { diffOf } from '../../setup/diff.ts';
import type { PlannedFile, PlannedLink } from '../../setup/plan.ts';
import type { Step } from '../../setup/steps.ts';

/** What was found on the host, and so what is to be done. */
export interface Plan {
  readonly files: readonly PlannedFile[];
  readonly links: readonly PlannedLink[];
}

/** Paths that would be written. */
export const toWrite = ({ files, links }: Plan): string[] => [
  ...files.filter(({ state }) => state !== 'same' && state !== 'kept').map(({ target }) => target),
  ...links.filter(({ state }) => state === 'new').map(({ file }) => file),
];

/** The diff, and a sentence for each file that is not simply written. */
export async function describePlan(plan: Plan): Promise<string> {
  const diffs = await Promise.all(plan.files.map(diffOf));
  const links = plan.links
    .filter(({ state }) => state === 'new')
    .map(({ file, link }) => `${file} -> ${link.target}\n`);
  return [...diffs, ...links, ...plan.files.map(sentence), ...plan.links.map(taken), unreachable(plan)].join('');
}

function sentence({ state, file, target }: PlannedFile): string {
  if (state === 'kept') return `${file}: you have changed it; it stays as it is.\n`;
  if (state !== 'beside') return '';
  return `${file}: it is not as ops setup wrote it, and stays as it is. What it would write now goes to ${target}.\n`;
}

const taken = ({ state, file }: PlannedLink) =>
  state === 'taken' ? `${file}: another program has this name. Take it away, and run ops setup again.\n` : '';

/** The units hide these folders from the services. */
const hidden = /^\/(?:home|root|run\/user|tmp|var\/tmp)\//;

function unreachable({ links }: Plan): string {
  const target = links.map(({ link }) => link.target).find((path) => hidden.test(path));
  if (target === undefined) return '';
  return `${target}: the services may not look into this folder; install with npm install --global (docs/deploy.md).\n`;
}

export const describeSteps = (steps: readonly Step[]) =>
  steps.map(({ what, commands }) => `# ${what}\n${commands.map((line) => `${line}\n`).join('')}`).join('\n');

export function describeOutcome(count: number, written: boolean, steps: readonly Step[]): string {
  if (count === 0) return 'Nothing to do.\n';
  if (!written) return `${count} ${count === 1 ? 'file' : 'files'} not written.\n`;
  const done = `${count} ${count === 1 ? 'file' : 'files'} written.`;
  return steps.length === 0 ? `${done}\n` : `${done} Now, as root:\n\n${describeSteps(steps)}`;
}
