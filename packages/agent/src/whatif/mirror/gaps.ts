import { displayName } from '../../kernel/index.ts';
import type { MirrorGap } from '../types.ts';

interface Named {
  readonly schema: string;
  readonly name: string;
}

const SHOWN = 3;

/** Names the first of some objects and counts the rest: `public.a, public.b and 7 more`. */
function enumerate(objects: readonly Named[]): string {
  const shown = objects.slice(0, SHOWN).map(({ schema, name }) => displayName(schema, name));
  const rest = objects.length - shown.length;
  return rest > 0 ? `${shown.join(', ')} and ${rest} more` : shown.join(', ');
}

/**
 * Builds one gap about some objects, however many they are; none about none.
 * @param texts reason and remedy, given the objects' names
 */
export function gapAbout(
  id: string,
  objects: readonly Named[],
  texts: (names: string) => Pick<MirrorGap, 'reason' | 'remedy'>,
): readonly MirrorGap[] {
  const [first] = objects;
  if (first === undefined) return [];
  const subject = objects.length === 1 ? { schema: first.schema, name: first.name } : null;
  return [{ id: `whatif/${id}`, ...texts(enumerate(objects)), subject }];
}
