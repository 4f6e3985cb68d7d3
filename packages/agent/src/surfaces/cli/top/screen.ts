import { createColors } from 'picocolors';
import type { TopLine, TopSize } from '../../../report/index.ts';

/** The terminal while `top` has it. */
export interface Screen {
  size(): TopSize;
  draw(lines: readonly TopLine[]): void;
  /** Called with each key as the terminal sends it. */
  onKey(listener: (key: string) => void): void;
  onResize(listener: () => void): void;
  /** Gives the terminal back as it was; a second call does nothing. */
  close(): void;
}

const ENTER = '\u001b[?1049h\u001b[?25l';
const LEAVE = '\u001b[?25h\u001b[?1049l';
const HOME = '\u001b[H';
const CLEAR_LINE = '\u001b[K';
const DEFAULT = { width: 100, height: 30 };

/** Takes the terminal: its other screen, no cursor, keys as they are pressed. Given back at exit, however that comes. */
export function openScreen(hasColor: boolean): Screen {
  const colors = createColors(hasColor);
  const { stdin, stdout } = process;
  const listeners: {
    readonly target: NodeJS.EventEmitter;
    readonly name: string;
    readonly run: (...given: never[]) => void;
  }[] = [];
  const listen = (target: NodeJS.EventEmitter, name: string, run: (...given: never[]) => void): void => {
    target.on(name, run as (...given: unknown[]) => void);
    listeners.push({ target, name, run });
  };
  let isOpen = true;
  const close = (): void => {
    if (!isOpen) return;
    isOpen = false;
    for (const { target, name, run } of listeners) target.off(name, run as (...given: unknown[]) => void);
    stdin.setRawMode(false);
    stdin.pause();
    stdout.write(LEAVE);
  };
  stdin.setRawMode(true);
  stdin.resume();
  stdin.setEncoding('utf8');
  stdout.write(ENTER);
  listen(process, 'exit', close);
  return {
    size: () => ({ width: stdout.columns ?? DEFAULT.width, height: stdout.rows ?? DEFAULT.height }),
    draw(lines) {
      const painted = lines.map(({ text, style }) => {
        if (style === 'chosen') return `\u001b[7m${text}\u001b[27m`;
        if (style === 'head') return colors.bold(text);
        return style === 'trouble' ? colors.yellow(text) : text;
      });
      stdout.write(`${HOME}${painted.map((line) => `${line}${CLEAR_LINE}`).join('\r\n')}`);
    },
    onKey: (listener) => listen(stdin, 'data', ((text: string) => keysOf(text).forEach(listener)) as never),
    onResize: (listener) => listen(stdout, 'resize', listener as never),
    close,
  };
}

/** Splits what arrived at once into keys: arrows are three characters. */
function keysOf(text: string): readonly string[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: keys of a terminal begin with ESC
  return text.match(/\u001b\[[A-Z]|[\s\S]/gu) ?? [];
}
