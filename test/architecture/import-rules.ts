import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cruise, type IForbiddenRuleType } from 'dependency-cruiser';

/** A stage folder and what it may import. */
export interface Stage {
  /** Folder under `root`. */
  readonly name: string;
  /** Stages whose values may be imported. */
  readonly imports: readonly string[];
  /** Stages of which only types may be imported. */
  readonly types: readonly string[];
  /** npm packages and islands that may be imported. */
  readonly packages: readonly string[];
  /** Packages that some folders of the stage alone may import: package → folders. */
  readonly confined?: Readonly<Record<string, readonly string[]>>;
  /** Whether Node's own modules may be imported; a stage without them is pure. */
  readonly builtins: boolean;
  /** Files besides index.ts that other stages may import. */
  readonly faces?: readonly string[];
}

/** A workspace package that imports nothing of the agent, and of other islands only what `packages` names. */
export interface Island {
  /** Name of its package. */
  readonly name: string;
  readonly root: string;
  /** Files besides index.ts that others may import: what its subpaths stand for. */
  readonly faces?: readonly string[];
  readonly packages: readonly string[];
  readonly confined?: Readonly<Record<string, readonly string[]>>;
  readonly builtins: boolean;
}

/** What architecture.json holds. */
export interface Architecture {
  readonly root: string;
  /** From the leaf upwards. */
  readonly stages: readonly Stage[];
  readonly islands: readonly Island[];
}

/** An import that a rule forbids. */
export interface Breach {
  /** Kind of the rule and whom it binds: `direction/diagnose`, `cycle`. */
  readonly rule: string;
  readonly from: string;
  readonly to: string;
}

const TEST_CODE = '\\.test\\.ts$|(^|/)fixtures\\.ts$|^(test|bench|scripts)/';

/** Reads architecture.json of the repository at `directory`. */
export function readArchitecture(directory: string): Architecture {
  return JSON.parse(readFileSync(join(directory, 'architecture.json'), 'utf8')) as Architecture;
}

/** Gives the rules of an architecture; a rule's name is its kind, a slash and whom it binds. */
function forbiddenImports(architecture: Architecture): IForbiddenRuleType[] {
  const { root, stages, islands } = architecture;
  return [
    forbid('cycle', {}, { circular: true }),
    forbid('unresolved', {}, { couldNotResolve: true }),
    forbid('test-code', {}, { path: TEST_CODE }),
    ...stages.flatMap((stage) => [
      ...directionRules(stage, architecture),
      ...confinedRules(stage, folder(`${root}/${stage.name}`)),
      ...outsideRules(stage.name, folder(`${root}/${stage.name}`), stage, islands),
    ]),
    ...islands.flatMap((island) => [
      forbid(`island/${island.name}`, { path: folder(island.root) }, { path: folder(root) }),
      ...confinedRules(island, folder(island.root)),
      ...outsideRules(island.name, folder(island.root), island, islands),
    ]),
  ];
}

/** Which stages a stage may import, as what, and through which door others enter it. */
function directionRules(stage: Stage, { root, stages }: Architecture): IForbiddenRuleType[] {
  const here = folder(`${root}/${stage.name}`);
  const forbidden = stages
    .map((other) => other.name)
    .filter((name) => name !== stage.name && !stage.imports.includes(name) && !stage.types.includes(name));
  const folders = (names: readonly string[]): string[] => names.map((name) => folder(`${root}/${name}`));
  const faces = ['index.ts', ...(stage.faces ?? [])].map((file) => `${here}${escapePattern(file)}$`);
  const values = { path: folders(stage.types), dependencyTypesNot: ['type-only'] };
  return [
    ...(forbidden.length === 0
      ? []
      : [forbid(`direction/${stage.name}`, { path: here }, { path: folders(forbidden) })]),
    ...(stage.types.length === 0 ? [] : [forbid(`types-only/${stage.name}`, { path: here }, values)]),
    forbid(`face/${stage.name}`, { path: folder(root), pathNot: here }, { path: here, pathNot: faces }),
  ];
}

/** Which packages belong to some folders of the stage or island alone. */
function confinedRules(stage: Pick<Stage, 'name' | 'confined'>, here: string): IForbiddenRuleType[] {
  return Object.entries(stage.confined ?? {}).map(([name, rooms]) =>
    forbid(
      `confined/${stage.name}`,
      { path: here, pathNot: `${here}(${rooms.map(escapePattern).join('|')})/` },
      { path: packagePattern(name) },
    ),
  );
}

/** Which npm packages, islands and modules of Node may be imported. */
function outsideRules(
  name: string,
  here: string,
  allowed: Pick<Stage, 'packages' | 'builtins'>,
  islands: readonly Island[],
): IForbiddenRuleType[] {
  const others = islands.filter((island) => island.name !== name);
  const open = others
    .filter((island) => allowed.packages.includes(island.name))
    .flatMap(({ root, faces = [] }) =>
      ['index.ts', ...faces].map((face) => `${folder(root)}${escapePattern(face)}$`),
    );
  const known = [...allowed.packages.map(packagePattern), ...open];
  const outside = ['(^|/)node_modules/', ...others.map((island) => folder(island.root))];
  const isPackage = { path: outside, ...(known.length === 0 ? {} : { pathNot: known }) };
  return [
    forbid(`package/${name}`, { path: here }, isPackage),
    ...(allowed.builtins ? [] : [forbid(`builtin/${name}`, { path: here }, { dependencyTypes: ['core'] })]),
  ];
}

interface Origin {
  readonly path?: string;
  readonly pathNot?: string;
}

/** Builds a rule; tests and their fixtures may import what they like. */
function forbid(name: string, from: Origin, to: object): IForbiddenRuleType {
  const pathNot = [TEST_CODE, ...(from.pathNot === undefined ? [] : [from.pathNot])];
  return { name, severity: 'error', from: { ...from, pathNot }, to };
}

function packagePattern(name: string): string {
  return `(^|/)node_modules/(@types/)?${escapePattern(name)}/`;
}

function folder(path: string): string {
  return `^${escapePattern(path)}/`;
}

function escapePattern(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/**
 * Cruises the stages and islands of a repository, type imports included.
 * @returns breaches of the rules, and the modules seen: paths from the root, without tests
 */
export async function cruiseArchitecture(
  directory: string,
  architecture: Architecture,
): Promise<{ readonly breaches: readonly Breach[]; readonly modules: readonly string[] }> {
  const roots = [architecture.root, ...architecture.islands.map((island) => island.root)];
  const { output } = await cruise(
    roots,
    {
      baseDir: directory,
      validate: true,
      ruleSet: { forbidden: forbiddenImports(architecture) },
      doNotFollow: { path: '(^|/)node_modules/|^test/' },
      tsPreCompilationDeps: true,
    },
    { conditionNames: ['source', 'import', 'types', 'node', 'default'], exportsFields: ['exports'] },
  );
  if (typeof output === 'string') throw new TypeError(`dependency-cruiser gave no result: ${output}`);
  return {
    breaches: output.summary.violations.map(({ rule, from, to }) => ({ rule: rule.name, from, to })),
    modules: output.modules
      .map((module) => module.source)
      .filter((path) => roots.some((root) => path.startsWith(`${root}/`))),
  };
}

/** Lists the modules that a cruise must have seen: paths from the root, without tests and declarations. */
export function sourceModules(directory: string, architecture: Architecture): readonly string[] {
  const roots = [architecture.root, ...architecture.islands.map((island) => island.root)];
  return roots.flatMap((root) =>
    readdirSync(join(directory, root), { recursive: true, encoding: 'utf8' })
      .map((file) => `${root}/${file.replaceAll('\\', '/')}`)
      .filter((file) => file.endsWith('.ts') && !/(\.test|\.d|\/fixtures)\.ts$/.test(file)),
  );
}
