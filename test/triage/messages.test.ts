import { describe, expect, test } from 'vitest';
import { diagnoseText } from '../../src/triage/diagnose.ts';
import { besideMessages } from './messages/beside.ts';
import { moreBesideMessages } from './messages/beside-more.ts';
import { certificateMessages } from './messages/certificates.ts';
import { clientMessages } from './messages/clients.ts';
import { computeMessages } from './messages/compute.ts';
import { containerMessages } from './messages/containers.ts';
import { driverMessages } from './messages/driver.ts';
import { harmlessMessages } from './messages/harmless.ts';
import { harmlessWebMessages } from './messages/harmless-web.ts';
import { kernelMessages } from './messages/kernel.ts';
import { languageMessages } from './messages/languages.ts';
import { machineMessages, serviceMessages } from './messages/machine.ts';
import { nginxMessages } from './messages/nginx.ts';
import { ollamaMessages } from './messages/ollama.ts';
import { ollamaModelMessages } from './messages/ollama-models.ts';
import { otherProxyMessages } from './messages/other-proxies.ts';
import { webMessages } from './messages/web.ts';

/** Verdicts that accuse nothing: box 0. */
const harmless = ['healthy', 'unknown', 'other-process-oom', 'tls-client-noise', 'vram-recover-warning'];

describe.each([
  { who: 'Ollama and its runners', messages: ollamaMessages },
  { who: 'Ollama and llama.cpp of models', messages: ollamaModelMessages },
  { who: 'libraries that compute', messages: computeMessages },
  { who: 'drivers and their tools', messages: driverMessages },
  { who: 'Linux and systemd', messages: kernelMessages },
  { who: 'clients in several languages', messages: clientMessages },
  { who: 'containers', messages: containerMessages },
  { who: 'Nginx', messages: nginxMessages },
  { who: 'Nginx at its start and its limits', messages: webMessages },
  { who: 'other proxies', messages: otherProxyMessages },
  { who: 'certificates', messages: certificateMessages },
  { who: 'more programs beside the chat', messages: moreBesideMessages },
  { who: 'programs beside the chat', messages: besideMessages },
  { who: 'systems in other languages', messages: languageMessages },
  { who: 'programs that work', messages: harmlessMessages },
  { who: 'Nginx, certbot and callers of every day', messages: harmlessWebMessages },
  { who: 'the kernel and the driver', messages: machineMessages },
  { who: 'services and clients', messages: serviceMessages },
])('$who', ({ messages }) => {
  test.each(messages)('%s', async (text, cause) => {
    const { verdict } = await diagnoseText(`${text}\n`, { source: 'pasted' });
    if (cause === undefined) expect(harmless).toContain(verdict.cause);
    else expect(verdict.cause).toBe(cause);
  });
});
