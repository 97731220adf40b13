import type { Random } from './mutations.ts';

/** Something in a log that is one way here and another way elsewhere, and says nothing about the cause. */
interface Paraphrase {
  readonly name: string;
  apply(text: string, random: Random): string;
}

const pick = (random: Random, choices: readonly string[]): string =>
  choices[Math.floor(random() * choices.length)] ?? '';

const digits = (random: Random, count: number): string =>
  Array.from({ length: count }, (_, at) => Math.floor(random() * (at === 0 ? 9 : 10)) + (at === 0 ? 1 : 0)).join('');

const hex = (random: Random, count: number): string =>
  Array.from({ length: count }, () => Math.floor(random() * 16).toString(16)).join('');

/** What was the same in two places is the same afterwards. */
const swap = (name: string, pattern: RegExp, other: (found: string, random: Random) => string): Paraphrase => ({
  name,
  apply(text, random) {
    const others = new Map<string, string>();
    for (const [found] of text.matchAll(pattern)) others.set(found, others.get(found) ?? other(found, random));
    return text.replace(pattern, (found) => others.get(found) ?? found);
  },
});

const two = (random: Random, most: number) => String(1 + Math.floor(random() * most)).padStart(2, '0');

const homes = ['/home/zoë', '/Users/mike', '/var/lib/svc', 'C:\\Users\\Ana', 'D:\\data'];
const modelNames = ['gpt-oss:120b', 'granite4:3b-h', 'hf.co/unsloth/Olmo-3:Q4_K_M', 'my-company/assistant:v12', 'yi'];
const gpuNames = ['NVIDIA H200', 'NVIDIA GeForce GTX 1050 Ti', 'Tesla T4', 'NVIDIA RTX PRO 6000', 'NVIDIA L40S'];
const hosts = ['ki.example.de', 'gpu-07.lan', 'localhost', 'api.内网.example', 'x'];
const months = 'Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec';
/** How journalctl writes its months in other languages. */
const localMonths = ['Okt', 'Dez', 'mars', 'févr.', 'août', 'ene', 'mag', '7月', '12月', 'Jän', 'lip'];

export const paraphrases: readonly Paraphrase[] = [
  swap('addresses', /\b\d{1,3}(?:\.\d{1,3}){3}\b/g, (found, random) =>
    found.startsWith('127.') || found === '0.0.0.0' ? found : `10.${two(random, 99)}.3.${two(random, 99)}`,
  ),
  swap('IDs and checksums', /\b[0-9a-f]{12,64}\b/g, (found, random) => hex(random, found.length)),
  swap('UUIDs', /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, (_, random) =>
    [8, 4, 4, 4, 12].map((count) => hex(random, count)).join('-'),
  ),
  swap('process numbers', /(?<=[a-z.)-]\[)\d+(?=\]: )|\b\d+#\d+: \*\d+/g, (found, random) =>
    found.includes('#') ? `${digits(random, 6)}#0: *${digits(random, 9)}` : digits(random, 7),
  ),
  swap('places in the source', /(?<=\.(?:go|cpp|cu|c):)\d+/g, (_, random) => digits(random, 4)),
  swap('memory addresses', /0x(?!0000)[0-9a-f]{9,16}\b/g, (_, random) => `0x${hex(random, 12)}`),
  swap('PCI addresses', /(?<=PCI:)[0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}/gi, (_, random) => `0000:${hex(random, 2)}:00`),
  swap('sizes', /\b\d+\.\d+ (?=[GM]i?B\b)/g, (_, random) => `${digits(random, 3)}.${digits(random, 2)} `),
  swap('versions', /(?<=\(version |NVIDIA-SMI |Driver Version: |library version: )\d+(?:\.\d+)+/g, (found, random) =>
    found.replace(/\d+$/, () => two(random, 99)),
  ),
  swap('years', /\b20[12]\d(?=[-/]\d\d[-/]\d\d)/g, (_, random) => `20${two(random, 29)}`),
  swap('days', /(?<=\b20\d\d[-/])\d\d[-/]\d\d/g, (found, random) => `${two(random, 12)}${found[2]}${two(random, 28)}`),
  swap('months in another language', new RegExp(`^(?:${months})(?= {1,2}\\d{1,2} \\d\\d:)`, 'gm'), (_, random) =>
    pick(random, localMonths),
  ),
  swap(
    'users and folders',
    /\/home\/\w+|\/usr\/share\/ollama|\/root(?=\/)|[CDE]:\\{1,2}Users\\{1,2}\w+/g,
    (_, random) => pick(random, homes),
  ),
  swap(
    'models',
    /\b(?:qwen|gemma|mistral|deepseek|mixtral|codellama|falcon|llama\d)[\w.-]*(?::[\w.-]+)?/g,
    (_, random) => pick(random, modelNames),
  ),
  swap('GPUs', /\bNVIDIA (?:GeForce |RTX |Quadro )[\w ]{2,14}(?=[,"| ])|\bTesla \w+/g, (_, random) =>
    pick(random, gpuNames),
  ),
  swap('sites', /(?<=, (?:server|host): "?)[\w.-]+/g, (_, random) => pick(random, hosts)),
  swap('browsers', /"Mozilla[^"]*"/g, () => '"okhttp/4.12.0"'),
];
