import { isIP } from 'node:net';
import { z } from 'zod';
import { portExposed } from '../catalogue/exposure.ts';
import { type Check, type CheckConfig, sampleOf, schedule } from '../check.ts';
import { duration } from '../config/types.ts';
import { answers } from '../probes/answers.ts';
import { ownAddresses } from '../probes/own-addresses.ts';

interface ExposureConfig extends CheckConfig {
  readonly ports: readonly number[];
  readonly addresses?: readonly string[] | undefined;
}

/** The request comes from this machine: a firewall that guards it against others is not seen. Silence is no answer. */
const check: Check<ExposureConfig> = {
  summary: { en: 'whether Ollama or the gateway can be reached past Nginx', zh: 'Ollama 或网关是否绕过 Nginx 暴露' },
  metrics: [portExposed],
  schema: z.strictObject({
    every: schedule.prefault('5m'),
    timeout: duration.prefault('10s'),
    ports: z.array(z.number().int().min(1).max(65_535)).default([11_434, 18_789]),
    /** Addresses to try; default: all of this machine that are neither loopback nor link-local. */
    addresses: z.array(z.string().refine((text) => isIP(text) !== 0, 'expected an IP address')).optional(),
  }),
  async run({ ports, addresses = ownAddresses(), timeout }, { clock }) {
    const pairs = addresses.flatMap((address) => ports.map((port) => ({ address, port })));
    const found = await Promise.all(pairs.map(({ address, port }) => answers(address, port, timeout * 0.5)));
    const at = clock.now();
    return pairs.map(({ address, port }, index) =>
      sampleOf(portExposed, { port: String(port), address }, Number(found[index] === 'yes'), at),
    );
  },
};

export default check;
