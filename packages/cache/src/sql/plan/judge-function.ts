import { stableBuiltin } from './builtin-functions.ts';
import type { FunctionFacts } from './catalog.ts';
import { type Refusal, refusal } from './refusals.ts';

/** How a function is called. */
export interface Call {
  /** From a policy: what it reads is the identity of who asks, which tags say nothing of. */
  readonly isInPolicy: boolean;
  /** Behind an operator or a cast, where a function in C reads its arguments and no table. */
  readonly isImplied: boolean;
}

/** What is to be done about a function. */
export type Judgement =
  | { readonly kind: 'fine' }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** What it is made of decides. */
  | { readonly kind: 'look-inside' };

const FINE: Judgement = { kind: 'fine' };
const LOOK_INSIDE: Judgement = { kind: 'look-inside' };

/** Judges a function by what the catalogue says of it; what is not known is refused. */
export function judgeFunction(facts: FunctionFacts, call: Call): Judgement {
  const name = `${facts.schema}.${facts.name}`;
  if (facts.volatility === 'v') return refused(refusal('VOLATILE_FUNCTION', name));
  if (facts.schema === 'pg_catalog') return judgeBuiltin(facts);
  // Declared immutable for all of them, an aggregate is what its parts are.
  if (facts.parts.length > 0) return LOOK_INSIDE;
  if (facts.volatility === 'i') return FINE;
  if (facts.language === 'sql' && !facts.isSecurityDefiner && !facts.hasSettings) return LOOK_INSIDE;
  if (facts.language === 'c' && call.isImplied) return FINE;
  return refused(refusal(call.isInPolicy ? 'UNKNOWN_POLICY_INPUT' : 'OPAQUE_FUNCTION', name));
}

function judgeBuiltin({ name, volatility }: FunctionFacts): Judgement {
  if (volatility === 'i') return FINE;
  switch (stableBuiltin(name)) {
    case 'session':
    // Its argument is judged where it is read.
    case 'setting':
      return FINE;
    case 'clock':
      return refused(refusal('CLOCK_FUNCTION', name));
    case 'server':
      return refused(refusal('SERVER_STATE', name));
  }
}

function refused(reason: Refusal): Judgement {
  return { kind: 'refused', refusal: reason };
}
