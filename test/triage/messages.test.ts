import { describe, expect, test } from 'vitest';
import { diagnoseText } from '../../src/triage/diagnose.ts';
import { clientMessages } from './messages/clients.ts';
import { computeMessages } from './messages/compute.ts';
import { containerMessages } from './messages/containers.ts';
import { driverMessages } from './messages/driver.ts';
import { kernelMessages } from './messages/kernel.ts';
import { machineMessages, serviceMessages } from './messages/machine.ts';
import { nginxMessages } from './messages/nginx.ts';
import { ollamaMessages } from './messages/ollama.ts';

/** Verdicts that accuse nothing: box 0. */
const harmless = ['healthy', 'unknown', 'other-process-oom', 'tls-client-noise', 'vram-recover-warning'];

describe.each([
  { who: 'Ollama and its runners', messages: ollamaMessages },
  { who: 'libraries that compute', messages: computeMessages },
  { who: 'drivers and their tools', messages: driverMessages },
  { who: 'Linux and systemd', messages: kernelMessages },
  { who: 'clients in several languages', messages: clientMessages },
  { who: 'containers', messages: containerMessages },
  { who: 'Nginx', messages: nginxMessages },
  { who: 'the kernel and the driver', messages: machineMessages },
  { who: 'services and clients', messages: serviceMessages },
])('$who', ({ messages }) => {
  test.each(messages)('%s', async (text, cause) => {
    const { verdict } = await diagnoseText(`${text}\n`, { source: 'pasted' });
    if (cause === undefined) expect(harmless).toContain(verdict.cause);
    else expect(verdict.cause).toBe(cause);
  });
});
