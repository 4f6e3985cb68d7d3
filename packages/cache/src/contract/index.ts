/**
 * What every shared store must hold, as test cases for any test framework. Takes a driver on an empty store; gives named
 * cases that reject where a promise is broken. Needs nothing but Node.
 */
import { CLOCK_CASES } from './clock-cases.ts';
import { EVENT_CASES } from './event-cases.ts';
import { LEASE_CASES } from './lease-cases.ts';
import { type ContractCase, contractCase, type StoreSetup } from './setup.ts';
import { TAG_CASES } from './tag-cases.ts';
import { VALUE_CASES } from './value-cases.ts';

export type { ContractCase, StoreSetup, StoreUnderTest } from './setup.ts';

/**
 * Gives the cases that a driver must pass.
 * @param setup prepares the store of one case: an empty one, or namespaces that nobody else uses
 * @example
 * for (const { name, run } of storeContract(setup)) it(name, run);
 */
export function storeContract(setup: StoreSetup): readonly ContractCase[] {
  const promises = [...VALUE_CASES, ...LEASE_CASES, ...TAG_CASES, ...EVENT_CASES, ...CLOCK_CASES];
  return promises.map((promise) => contractCase(setup, promise));
}
