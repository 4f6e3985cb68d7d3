import type {
  ActionRow,
  RatioIntervalView,
  StatementVerdictView,
} from '../../../agent/src/app/views/action-types.ts';

/** What an action's standing means, in words. */
export function stateWords({
  standing,
  notBeforeMs,
  note,
}: Pick<ActionRow, 'standing' | 'notBeforeMs' | 'note'>): string {
  switch (standing) {
    case 'proposed':
      return 'waits for a decision';
    case 'approved':
      return notBeforeMs === null ? 'approved, waits for its turn' : 'approved for a window';
    case 'applying':
      return 'is being applied';
    case 'verifying':
      return 'applied, is being measured';
    case 'reverting':
      return 'is being taken back';
    case 'reverted':
      return 'taken back';
    case 'withdrawn':
    case 'undone':
      // No longer proposed; undone by whom.
      return note;
    default:
      return standing;
  }
}

/** What was last said of an action, where it says more than its state, its title and what was measured. */
export function noteOf(action: ActionRow, measured: string | null = null): string | null {
  const { note, title } = action;
  return note === '' || note === title || note === measured || note === stateWords(action) ? null : note;
}

/** Writes statements so that they can be run as they stand. */
export function scriptOf(statements: readonly string[]): string {
  return statements.map((sql) => (sql.trimEnd().endsWith(';') ? sql : `${sql};`)).join('\n');
}

/** Severity by which a state stands out. */
export function stateClass(state: string): string {
  if (state === 'failed') return 'critical';
  return ['proposed', 'applying', 'reverting'].includes(state) ? 'warning' : '';
}

/** Says a ratio with its interval: `0.42× (between 0.39× and 0.45×)`. */
export function ratioWords(interval: RatioIntervalView | null): string {
  if (interval === null) return '–';
  const times = (value: number): string => `${Number(value.toPrecision(3))}×`;
  return `${times(interval.ratio)} (between ${times(interval.low)} and ${times(interval.high)})`;
}

const JUDGEMENTS: Readonly<Record<StatementVerdictView['judgement'], string>> = {
  slower: 'slower',
  faster: 'faster',
  unchanged: 'not slower',
  unclear: 'cannot be told',
  'too-few-calls': 'ran too rarely',
  new: 'ran only after',
  gone: 'ran only before',
};

/** Says how a statement came out. */
export function judgementWords(judgement: StatementVerdictView['judgement']): string {
  return JUDGEMENTS[judgement];
}
