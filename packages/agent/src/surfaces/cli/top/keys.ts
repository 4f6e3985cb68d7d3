import {
  chosenSession,
  rowsCount,
  TOP_VIEWS,
  type TopData,
  type TopSession,
  type TopState,
} from '../../../report/index.ts';

/** What a key asks for beside another picture. */
export type TopAction =
  | { readonly kind: 'none' }
  | { readonly kind: 'quit' }
  | { readonly kind: 'signal'; readonly signal: 'cancel' | 'terminate'; readonly session: TopSession };

/** What the keyboard is being used for. */
export interface Keyboard {
  readonly state: TopState;
  /** A filter is being typed, or a question waits for its answer. */
  readonly mode: 'keys' | 'filter' | 'confirm';
  readonly asked: Extract<TopAction, { kind: 'signal' }> | null;
}

/** What a key led to. */
export interface Pressed {
  readonly keyboard: Keyboard;
  readonly action: TopAction;
}

const NONE: TopAction = { kind: 'none' };
const SHORTEST_MS = 500;
const LONGEST_MS = 60_000;

/** Says what a key does. @param key as the terminal sends it */
export function pressKey(keyboard: Keyboard, key: string, data: TopData): Pressed {
  if (key === '\u0003') return { keyboard, action: { kind: 'quit' } };
  if (keyboard.mode === 'filter') return { keyboard: typeFilter(keyboard, key), action: NONE };
  if (keyboard.mode === 'confirm') return answer(keyboard, key);
  if (key === 'q') return { keyboard, action: { kind: 'quit' } };
  if (key === 'c' || key === 't') return { keyboard: ask(keyboard, key, data), action: NONE };
  if (key === '/') {
    const state = { ...keyboard.state, message: `filter: ${keyboard.state.filter}` };
    return { keyboard: { ...keyboard, mode: 'filter', state }, action: NONE };
  }
  const state = { ...keyboard.state, message: '', ...changed(keyboard.state, key, data) };
  return { keyboard: { ...keyboard, state }, action: NONE };
}

function changed(state: TopState, key: string, data: TopData): Partial<TopState> {
  const last = Math.max(0, rowsCount(data, state) - 1);
  const view = TOP_VIEWS[Number(key) - 1];
  if (view !== undefined) return { view, selected: 0, order: 0, isOpen: false };
  switch (key) {
    case '\t': {
      const next = TOP_VIEWS[(TOP_VIEWS.indexOf(state.view) + 1) % TOP_VIEWS.length] ?? 'sessions';
      return { view: next, selected: 0, order: 0, isOpen: false };
    }
    case 'j':
    case '\u001b[B':
      return { selected: Math.min(last, state.selected + 1) };
    case 'k':
    case '\u001b[A':
      return { selected: Math.max(0, state.selected - 1) };
    case 's':
      return { order: state.order + 1 };
    case ' ':
      return { isPaused: !state.isPaused };
    case '+':
      return { intervalMs: Math.max(SHORTEST_MS, state.intervalMs / 2) };
    case '-':
      return { intervalMs: Math.min(LONGEST_MS, state.intervalMs * 2) };
    case '\r':
      return { isOpen: !state.isOpen };
    case '?':
    case 'h':
      return {
        message: '1-4 or tab: view, j/k: row, s: order, /: filter, space: pause, c: cancel, t: terminate',
      };
    default:
      return {};
  }
}

function typeFilter(keyboard: Keyboard, key: string): Keyboard {
  const { state } = keyboard;
  if (key === '\r' || key === '\u001b') {
    const filter = key === '\r' ? state.filter : '';
    return { ...keyboard, mode: 'keys', state: { ...state, filter, message: '', selected: 0 } };
  }
  const isBack = key === '\u007f' || key === '\b';
  const typed = /^[^\p{Cc}]+$/u.test(key) ? key : '';
  const filter = isBack ? state.filter.slice(0, -1) : state.filter + typed;
  return { ...keyboard, state: { ...state, filter, selected: 0, message: `filter: ${filter}` } };
}

function ask(keyboard: Keyboard, key: 'c' | 't', data: TopData): Keyboard {
  const session = chosenSession(data, keyboard.state);
  if (session === null) {
    return { ...keyboard, state: { ...keyboard.state, message: 'choose a session in view 1 or 3 first' } };
  }
  const signal = key === 'c' ? 'cancel' : 'terminate';
  const what = signal === 'cancel' ? 'cancel the statement of' : 'end the session';
  const message = `${what} ${session.pid} (${session.user}, ${session.application})? y/n  ${session.query.slice(0, 200)}`;
  return {
    state: { ...keyboard.state, message },
    mode: 'confirm',
    asked: { kind: 'signal', signal, session },
  };
}

function answer(keyboard: Keyboard, key: string): Pressed {
  const isYes = key === 'y' || key === 'Y';
  const state = { ...keyboard.state, message: isYes ? '…' : '' };
  return { keyboard: { state, mode: 'keys', asked: null }, action: isYes ? (keyboard.asked ?? NONE) : NONE };
}
