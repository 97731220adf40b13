import { discover } from '../discover.ts';
import type { Channel, ChannelFactory } from './channel.ts';
import type { NotifyConfig } from './config.ts';

const folder = new URL('./channels/', import.meta.url);

/** The configured channels by name; none: nobody is told. */
export async function openChannels(config: NotifyConfig): Promise<Map<string, Channel>> {
  const factories = await discover<ChannelFactory>(folder);
  const channels = factories.map(({ name, unit }) => [name, unit.create(config)] as const);
  return new Map(channels.flatMap(([name, channel]) => (channel ? [[name, channel]] : [])));
}
