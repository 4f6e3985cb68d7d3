import type { LogFormat, LoggedPlan, LogMessage } from './types.ts';

/** A part of a log file as it was read. */
export interface LogPart {
  readonly bytes: Uint8Array;
  /** Whether it begins somewhere in the middle of a message. */
  readonly isCut: boolean;
  /** What the time zone of the log is ahead of UTC, in seconds. */
  readonly utcOffsetSeconds: number;
}

/** What a part of a log holds. */
export interface LogContent {
  readonly plans: readonly LoggedPlan[];
  /** Bytes up to the end of the last message that is whole: the next part begins there. */
  readonly readBytes: number;
}

const NEWLINE = 0x0a;
const PLAN = /^duration: (\d+\.\d+) ms {2}plan:\n/;
const PLAN_MARK = ' ms  plan:';

/** Finds the plans in a part of a log. What is no message, or none of auto_explain in JSON, is passed over. */
export function readLog(format: LogFormat, part: LogPart): LogContent {
  const { lines, ends } = linesOf(part.bytes);
  const first = part.isCut ? firstBeginning(format, lines) : 0;
  const plans: LoggedPlan[] = [];
  let next = first;
  while (next < lines.length) {
    const length = format.lengthOf(lines, next);
    if (length === null) break;
    const own = lines.slice(next, next + length);
    next += length;
    if (!own.some((line) => line.includes(PLAN_MARK))) continue;
    const message = format.read(own);
    const plan = message === null ? null : planOf(message, part.utcOffsetSeconds);
    if (plan !== null) plans.push(plan);
  }
  return { plans, readBytes: first < lines.length ? (ends[next - 1] ?? 0) : 0 };
}

/** The first line of a part that is cut belongs to a message whose beginning is not there. */
function firstBeginning(format: LogFormat, lines: readonly string[]): number {
  const found = lines.findIndex((line, index) => index > 0 && format.begins(line));
  return found === -1 ? lines.length : found;
}

/** Each line is decoded by itself: bytes that are no UTF-8 spoil no other, and move no end. */
function linesOf(bytes: Uint8Array): { readonly lines: readonly string[]; readonly ends: readonly number[] } {
  const decoder = new TextDecoder();
  const lines: string[] = [];
  const ends: number[] = [];
  let begin = 0;
  for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, begin)) {
    lines.push(decoder.decode(bytes.subarray(begin, end)).replace(/\r$/, ''));
    begin = end + 1;
    ends.push(begin);
  }
  return { lines, ends };
}

function planOf(message: LogMessage, utcOffsetSeconds: number): LoggedPlan | null {
  const { text, time, ...context } = message;
  const begin = PLAN.exec(text);
  if (begin === null) return null;
  const explained = parse(text.slice(begin[0].length));
  const query = explained?.['Query Text'];
  if (typeof query !== 'string') return null;
  const at = time === null ? null : timeOf(time, utcOffsetSeconds);
  return { ...context, at, durationMs: Number(begin[1]), query, explained };
}

function parse(json: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null ? { ...value } : null;
  } catch {
    return null;
  }
}

/** The zone is printed as an abbreviation, which means different things in different places: the server says what. */
function timeOf(printed: string, utcOffsetSeconds: number): Date | null {
  const [, date, time] = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?)/.exec(printed) ?? [];
  const ms =
    date === undefined || time === undefined
      ? Number(printed) * 1_000
      : Date.parse(`${date}T${time}Z`) - utcOffsetSeconds * 1_000;
  return Number.isFinite(ms) ? new Date(ms) : null;
}
