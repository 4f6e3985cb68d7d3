/** Bands that mean the same everywhere have a colour of their own; the others take the next of the palette. */
const FIXED: readonly (readonly [RegExp, string])[] = [
  [/^CPU$/, '--c-cpu'],
  [/^IO\b/, '--c-io'],
  [/^Lock\b/, '--c-lock'],
  [/^LWLock\b/, '--c-lwlock'],
  [/^Client\b/, '--c-client'],
  [/^IPC\b/, '--c-ipc'],
  [/^other$/, '--c-other'],
];

const PALETTE = [
  '--c-io',
  '--c-lwlock',
  '--c-client',
  '--c-cpu',
  '--c-1',
  '--c-ipc',
  '--c-2',
  '--c-3',
  '--c-4',
  '--c-lock',
];

/** Chooses a colour for each series of a chart, none twice while there are enough. */
export function colorsOf(names: readonly string[]): readonly string[] {
  const used = new Set<string>();
  const chosen = names.map((name) => {
    const fixed = FIXED.find(([pattern]) => pattern.test(name))?.[1];
    if (fixed === undefined || used.has(fixed)) return null;
    used.add(fixed);
    return fixed;
  });
  const free = PALETTE.filter((color) => !used.has(color));
  let next = 0;
  return chosen.map((color) => {
    if (color !== null) return color;
    const own = free[next % free.length] ?? '--c-other';
    next += 1;
    return own;
  });
}

/** Reads a colour variable as the page's theme has it now. */
export function cssColor(variable: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(variable).trim();
}
