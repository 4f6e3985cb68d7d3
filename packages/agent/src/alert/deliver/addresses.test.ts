import { describe, expect, it } from 'vitest';
import { forbiddenKind } from './addresses.ts';

describe('an address', () => {
  it.each([
    '169.254.169.254',
    '169.254.0.1',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    '100.100.100.200',
    '168.63.129.16',
    '192.0.0.192',
    'fe80::1',
    'fe80::1%eth0',
    'febf:ffff::1',
    'ff02::1',
    '::',
    'fd00:ec2::254',
    '::ffff:169.254.169.254',
    '::ffff:a9fe:a9fe',
    '0:0:0:0:0:ffff:a9fe:a9fe',
    '::169.254.169.254',
    '64:ff9b::169.254.169.254',
    '64:ff9b::a9fe:a9fe',
    '2002:a9fe:a9fe::1',
  ])('is refused where credentials of a cloud may be: %s', (address) => {
    expect(forbiddenKind(address)).toMatch(/link-local/);
  });

  it.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.16.0.1',
    '192.168.1.1',
    '169.253.255.255',
    '169.255.0.0',
    '8.8.8.8',
    '::1',
    'fd12:3456::1',
    'fec0::1',
    '2001:db8::a9fe:a9fe',
    '::ffff:10.0.0.1',
    '64:ff9b::808:808',
    '2002:808:808::1',
  ])('is let through elsewhere, loopback and private networks included: %s', (address) => {
    expect(forbiddenKind(address)).toBeNull();
  });

  it('is refused when it is none', () => {
    expect(forbiddenKind('example.com')).toBe('no IP address');
    expect(forbiddenKind('2852039166')).toBe('no IP address');
  });
});
