/** A variable's name in the program. */
type Name = string;

/** A linear program with binary variables, in the words of CPLEX's LP format. */
export interface Program {
  readonly objective: ReadonlyMap<Name, number>;
  /** Constant part of the objective. */
  readonly constant: number;
  readonly rows: readonly {
    readonly terms: readonly (readonly [number, Name])[];
    readonly operator: '<=' | '>=' | '=';
    readonly limit: number;
  }[];
  readonly binary: readonly Name[];
}

/** What the solver found; null when it found nothing in its time. */
export interface Solution {
  readonly objective: number;
  readonly values: ReadonlyMap<Name, number>;
  readonly isOptimal: boolean;
}

/** Solves integer programs. */
export interface Solver {
  solve(program: Program, options: { readonly seconds: number; readonly gap: number }): Solution | null;
}

interface Highs {
  readonly solve: (
    problem: string,
    options: Readonly<Record<string, number | boolean>>,
  ) => {
    readonly Status: string;
    readonly ObjectiveValue: number;
    readonly Columns: Readonly<Record<string, { readonly Primal?: number }>>;
  };
}

/**
 * Loads HiGHS (WebAssembly).
 * @param leftMs milliseconds that are left: no solution takes longer
 */
export async function loadSolver(leftMs: () => number): Promise<Solver> {
  const library = await import('highs');
  // Its types describe the CommonJS build, whose default is one level further down.
  const load = library.default as unknown as () => Promise<Highs>;
  const highs = await load();
  return {
    solve(program, { seconds, gap }) {
      const limit = Math.min(seconds, leftMs() / 1000);
      if (limit <= 0) return null;
      try {
        const options = { time_limit: limit, mip_rel_gap: gap, output_flag: false };
        return readSolution(highs.solve(lpText(program), options), program.constant);
      } catch {
        return null;
      }
    },
  };
}

function readSolution(solution: ReturnType<Highs['solve']>, constant: number): Solution | null {
  const values = new Map<string, number>();
  for (const [name, column] of Object.entries(solution.Columns)) {
    if (column.Primal !== undefined) values.set(name, column.Primal);
  }
  if (values.size === 0 || !Number.isFinite(solution.ObjectiveValue)) return null;
  return { objective: solution.ObjectiveValue + constant, values, isOptimal: solution.Status === 'Optimal' };
}

function lpText({ objective, rows, binary }: Program): string {
  const terms = (list: Iterable<readonly [number, Name]>): string =>
    [...list].map(([factor, name]) => `${factor < 0 ? '-' : '+'} ${Math.abs(factor)} ${name}`).join('\n');
  return [
    'Minimize',
    ` obj: ${terms([...objective].map(([name, factor]) => [factor, name] as const))}`,
    'Subject To',
    ...rows.map((row, index) => ` r${index}: ${terms(row.terms)} ${row.operator} ${row.limit}`),
    ...(binary.length === 0 ? [] : ['Binary', ...binary.map((name) => ` ${name}`)]),
    'End',
  ].join('\n');
}
