import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';

/** An address of a host. */
export interface HostAddress {
  readonly address: string;
  readonly family: number;
}

/** Gives the addresses of a host name. */
export type Resolve = (host: string) => Promise<readonly HostAddress[]>;

/** Asks the operating system. */
export const systemResolve: Resolve = (host) => lookup(host, { all: true });

const FORBIDDEN = forbiddenAddresses();

/**
 * Says what kind of forbidden address this is; null when it may be connected to. Loopback and private networks may:
 * that is where one's own Alertmanager and mail server are.
 * @source RFC 3927, RFC 4291 section 2.5.6; metadata services of AWS, Azure, Alibaba and Oracle
 */
export function forbiddenKind(address: string): string | null {
  const family = isIP(address);
  if (family === 0) return 'no IP address';
  const embedded = family === 6 ? embeddedIpv4(address) : null;
  if (embedded !== null) return forbiddenKind(embedded);
  return FORBIDDEN.check(address, family === 6 ? 'ipv6' : 'ipv4')
    ? 'a link-local, metadata, multicast or unspecified address'
    : null;
}

function forbiddenAddresses(): BlockList {
  const list = new BlockList();
  list.addSubnet('169.254.0.0', 16, 'ipv4');
  list.addSubnet('0.0.0.0', 8, 'ipv4');
  list.addSubnet('224.0.0.0', 3, 'ipv4');
  list.addAddress('100.100.100.200', 'ipv4');
  list.addAddress('168.63.129.16', 'ipv4');
  list.addAddress('192.0.0.192', 'ipv4');
  list.addSubnet('fe80::', 10, 'ipv6');
  list.addSubnet('ff00::', 8, 'ipv6');
  list.addAddress('::', 'ipv6');
  list.addAddress('fd00:ec2::254', 'ipv6');
  list.addAddress('fd20:ce::254', 'ipv6');
  return list;
}

/** An IPv4 address in the clothes of IPv6: mapped, translated (64:ff9b::/96), 6to4 (2002::/16). */
function embeddedIpv4(address: string): string | null {
  const groups = groupsOf(address);
  const [first = 0, second = 0, third = 0, , , fifth = 0] = groups;
  const isLow = groups.slice(0, 5).every((group) => group === 0);
  const isMapped = isLow && fifth === 0xffff;
  const isCompatible = isLow && fifth === 0 && ((groups[6] ?? 0) !== 0 || (groups[7] ?? 0) > 1);
  const isTranslated = first === 0x64 && second === 0xff9b;
  if (isMapped || isCompatible || isTranslated) return ipv4Of(groups[6] ?? 0, groups[7] ?? 0);
  return first === 0x2002 ? ipv4Of(second, third) : null;
}

function groupsOf(address: string): readonly number[] {
  const [bare = ''] = address.split('%');
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(bare);
  const text =
    dotted === null ? bare : `${dotted[1]}${pair(dotted[2], dotted[3])}:${pair(dotted[4], dotted[5])}`;
  const [head = '', tail] = text.split('::');
  const read = (part: string): number[] =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
  if (tail === undefined) return read(head);
  const [left, right] = [read(head), read(tail)];
  return [...left, ...Array<number>(Math.max(0, 8 - left.length - right.length)).fill(0), ...right];
}

function pair(high: string | undefined, low: string | undefined): string {
  return (Number(high) * 256 + Number(low)).toString(16);
}

function ipv4Of(high: number, low: number): string {
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}
