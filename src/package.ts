import { readFileSync } from 'node:fs';

const compiled = import.meta.url.endsWith('.js');

/** The package's folder, in a clone and in an installed package alike; assets are found below it. */
export const root = new URL(compiled ? '../../' : '../', import.meta.url);

const manifest: { version: string } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));

export const version = manifest.version;
