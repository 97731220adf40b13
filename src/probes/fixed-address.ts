import { isIPv6, type LookupFunction } from 'node:net';

/** Options of a connection that goes to an IP address, whatever its host's name resolves to; without one, to that of the name. */
export const at = (address: string | undefined): { lookup?: LookupFunction } =>
  address === undefined ? {} : { lookup: always(address) };

const always =
  (address: string): LookupFunction =>
  (_name, { all }, found) => {
    const family = isIPv6(address) ? 6 : 4;
    if (all) found(null, [{ address, family }]);
    else found(null, address, family);
  };
