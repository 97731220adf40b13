import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { repository } from './support/ops.ts';

const [english, chinese] = ['README.md', 'README.zh-CN.md'].map((name) => readFileSync(join(repository, name), 'utf8'));

const blocks = (text = ''): string[] => text.split('\n').filter((line) => line.startsWith('    '));
const targets = (text = ''): string[] => [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, target]) => target ?? '').sort();

test('both languages show the same commands and configuration', () => {
  expect(blocks(chinese)).toEqual(blocks(english));
});

test('both languages link to the same files, all of which exist', () => {
  const elsewhere = (text?: string): string[] => targets(text).filter((target) => !target.startsWith('README'));
  expect(elsewhere(chinese)).toEqual(elsewhere(english));
  for (const target of targets(english)) expect(existsSync(join(repository, target)), target).toBe(true);
});

test('the picture is small', () => {
  expect(statSync(join(repository, 'docs/images/page.png')).size).toBeLessThan(200_000);
});
