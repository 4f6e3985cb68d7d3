import {
  combineKeys,
  equalKeys,
  type KeySpace,
  type StatementKeys,
  type UncountedParameter,
} from '../../diagnose/index.ts';
import type { CachingValues } from './settings.ts';

/**
 * Between what the keys of a statement lie. Of lists, ranges and pages the server counts nothing: at best they go with
 * the parameters that can be counted, and make no key more; at worst they are independent of them and of each other.
 */
export interface KeyBounds {
  readonly best: KeySpace;
  /** Null where each read may have a key of its own. */
  readonly worst: KeySpace | null;
}

/** Gives the bounds; null where nothing at all is known of the keys. */
export function keyBounds(keys: StatementKeys, values: CachingValues): KeyBounds | null {
  const { counted, columns, uncounted } = keys;
  const isUnknown = uncounted.some(({ kind }) => kind === 'unknown');
  if (isUnknown && columns.length === 0) return null;
  const worst = uncounted.reduce<KeySpace | null>((all, parameter) => {
    const own = keysOfParameter(parameter, values);
    return all === null || own === null ? null : combineKeys(all, own);
  }, counted);
  // With no parameter that is counted, there is nothing that the others could go with.
  return { best: columns.length === 0 && worst !== null ? worst : counted, worst };
}

function keysOfParameter(parameter: UncountedParameter, values: CachingValues): KeySpace | null {
  switch (parameter.kind) {
    case 'list':
      return Array.from({ length: values.listValues }, () => parameter.values).reduce(combineKeys);
    case 'range':
      return equalKeys(values.rangeForms);
    case 'offset':
      return equalKeys(values.pages);
    case 'unknown':
      return null;
  }
}
