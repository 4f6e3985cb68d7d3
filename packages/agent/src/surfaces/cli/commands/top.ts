import type { Command } from 'commander';
import { APP_ERRORS, createTopReader, openTarget, sendSignal, type TopReader } from '../../../app/index.ts';
import { type ExitCode, errorLine, failure, parseDuration, systemClock } from '../../../kernel/index.ts';
import { renderTop, renderTopText, type TopData, type TopState } from '../../../report/index.ts';
import { type CommandContext, type CommonFlags, configure, targetOf } from '../context.ts';
import { type Keyboard, pressKey, type TopAction } from '../top/keys.ts';
import { openScreen, type Screen } from '../top/screen.ts';

interface TopFlags extends CommonFlags {
  readonly target?: string;
  readonly once?: boolean;
  readonly interval?: string;
}

const ONCE_OVER_MS = 1_000;

/** Describes `pgsteward top`. */
export function describeTop(command: Command): Command {
  return command
    .summary('sessions, waits, blocking and statements as they are now')
    .description(
      'Shows what a target is doing, and lets one cancel a statement or end a session after asking. Without a terminal, or with --once, prints one look and ends.',
    )
    .argument('[url]', 'connection URL; without it --target, DATABASE_URL or the PG* variables')
    .option('--target <name>', 'a [target.NAME] of the configuration file')
    .option('--once', 'print one look, measured over a second, and end')
    .option('--interval <duration>', 'time between two looks', '2s');
}

/** Runs `pgsteward top`. */
export async function runTopCommand(
  context: CommandContext,
  url: string | undefined,
  flags: TopFlags,
): Promise<ExitCode> {
  const intervalMs = parseDuration(flags.interval ?? '2s');
  if (intervalMs === null || intervalMs < 500 || intervalMs > 60_000) {
    const reason = `--interval takes a duration from 500ms to 60s, not "${flags.interval}"`;
    throw failure(APP_ERRORS.USAGE, { reason, command: 'top' });
  }
  const configuration = configure(context, flags);
  const target = targetOf(context, configuration, url, flags.target);
  const settings = configuration.settingsOf(target.name);
  const { signal, output } = context;
  const session = await openTarget(target, { settings, signal });
  try {
    const reader = createTopReader(session, { target: target.name, clock: systemClock });
    const isLive = flags.once !== true && flags.json !== true && process.stdout.isTTY && process.stdin.isTTY;
    if (isLive) {
      const send: Send = (action) => sendSignal(target, settings, action);
      await new LiveTop({ reader, send, screen: openScreen(output.color), intervalMs, signal }).run();
      return 0;
    }
    await reader.read();
    await systemClock.sleep(ONCE_OVER_MS, signal);
    const data = await reader.read();
    output.data(flags.json === true ? JSON.stringify(data, null, 2) : renderTopText(data, output.width));
    return 0;
  } finally {
    await session.close();
  }
}

type Send = (action: Extract<TopAction, { kind: 'signal' }>) => Promise<string>;

interface LiveParts {
  readonly reader: TopReader;
  readonly send: Send;
  readonly screen: Screen;
  readonly intervalMs: number;
  readonly signal: AbortSignal;
}

class LiveTop {
  readonly #parts: LiveParts;
  readonly #ended = new AbortController();
  #data: TopData | null = null;
  #keyboard: Keyboard;

  constructor(parts: LiveParts) {
    this.#parts = parts;
    const state: TopState = {
      view: 'sessions',
      selected: 0,
      filter: '',
      order: 0,
      isPaused: false,
      intervalMs: parts.intervalMs,
      message: '',
      isOpen: false,
    };
    this.#keyboard = { state, mode: 'keys', asked: null };
  }

  async run(): Promise<void> {
    const { screen, signal, reader } = this.#parts;
    const ended = AbortSignal.any([signal, this.#ended.signal]);
    screen.onKey((key) => this.#press(key));
    screen.onResize(() => this.#draw());
    try {
      while (!ended.aborted) {
        if (!this.#keyboard.state.isPaused || this.#data === null) this.#data = await reader.read();
        this.#draw();
        await systemClock.sleep(this.#keyboard.state.intervalMs, ended);
      }
    } finally {
      screen.close();
    }
  }

  #press(key: string): void {
    if (this.#data === null) {
      if (key === 'q' || key === '\u0003') this.#ended.abort();
      return;
    }
    const { keyboard, action } = pressKey(this.#keyboard, key, this.#data);
    this.#keyboard = keyboard;
    if (action.kind === 'quit') this.#ended.abort();
    if (action.kind === 'signal') void this.#signal(action);
    this.#draw();
  }

  async #signal(action: Extract<TopAction, { kind: 'signal' }>): Promise<void> {
    const message = await this.#parts.send(action).catch(errorLine);
    this.#keyboard = { ...this.#keyboard, state: { ...this.#keyboard.state, message } };
    this.#draw();
  }

  #draw(): void {
    if (this.#data === null || this.#ended.signal.aborted) return;
    const { screen } = this.#parts;
    screen.draw(renderTop(this.#data, this.#keyboard.state, screen.size()));
  }
}
