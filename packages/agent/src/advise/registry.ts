import type { Advisor } from './types.ts';

/** Every advisor; the first that has a remedy for a finding gives it. */
export const advisors: readonly Advisor[] = [];
