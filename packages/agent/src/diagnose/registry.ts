import { duplicateIndex } from './checks/duplicate-index/check.ts';
import { longRunningQuery } from './checks/long-running-query/check.ts';
import { unusedIndex } from './checks/unused-index/check.ts';
import type { Check } from './types.ts';

/** Every check, in the order of the catalogue; within a severity the report keeps it. */
export const checks: readonly Check[] = [longRunningQuery, unusedIndex, duplicateIndex];
