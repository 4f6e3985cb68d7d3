/**
 * Turns architecture.json, the one place where import direction is written, into rules for dependency-cruiser,
 * and cruises the source tree with them. `npm run check:arch` runs it through test/architecture.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cruise } from 'dependency-cruiser';

/**
 * @typedef {object} Stage
 * @property {string} name folder under `root`
 * @property {readonly string[]} imports stages whose values may be imported
 * @property {readonly string[]} types stages of which only types may be imported
 * @property {readonly string[]} packages npm packages and islands that may be imported
 * @property {boolean} builtins whether Node's own modules may be imported; a stage without them is pure
 * @property {readonly string[]} [faces] files besides index.ts that other stages may import
 *
 * @typedef {object} Island a workspace package that imports nothing else of this repository
 * @property {string} name of its package
 * @property {string} root
 * @property {readonly string[]} packages
 * @property {boolean} builtins
 *
 * @typedef {object} Architecture
 * @property {string} root
 * @property {readonly Stage[]} stages from the leaf upwards
 * @property {readonly Island[]} islands
 *
 * @typedef {object} Breach
 * @property {string} rule kind and whom it binds: `direction/diagnose`, `cycle`
 * @property {string} from
 * @property {string} to
 *
 * @typedef {import('dependency-cruiser').IRegularForbiddenRuleType} Rule
 */

const TEST_CODE = '\\.test\\.ts$|^(test|bench|scripts)/';

/**
 * Reads architecture.json.
 * @param {string} directory root of the repository
 * @returns {Architecture}
 */
export function readArchitecture(directory) {
  return JSON.parse(readFileSync(join(directory, 'architecture.json'), 'utf8'));
}

/**
 * Gives the rules of an architecture; a rule's name is its kind, a slash and whom it binds.
 * @param {Architecture} architecture
 * @returns {Rule[]}
 */
export function forbiddenImports(architecture) {
  const { root, stages, islands } = architecture;
  return [
    forbid('cycle', {}, { circular: true }),
    forbid('unresolved', {}, { couldNotResolve: true }),
    forbid('test-code', { pathNot: TEST_CODE }, { path: TEST_CODE }),
    ...stages.flatMap((stage) => [
      ...directionRules(stage, architecture),
      ...outsideRules(stage.name, folder(`${root}/${stage.name}`), stage, islands),
    ]),
    ...islands.flatMap((island) => [
      forbid(`island/${island.name}`, { path: folder(island.root) }, { path: folder(root) }),
      ...outsideRules(island.name, folder(island.root), island, islands),
    ]),
  ];
}

/**
 * Which stages a stage may import, as what, and through which door others enter it.
 * @param {Stage} stage
 * @param {Architecture} architecture
 * @returns {Rule[]}
 */
function directionRules(stage, { root, stages }) {
  const here = folder(`${root}/${stage.name}`);
  const forbidden = stages
    .map((other) => other.name)
    .filter((name) => name !== stage.name && !stage.imports.includes(name) && !stage.types.includes(name));
  const folders = (/** @type {readonly string[]} */ names) => names.map((name) => folder(`${root}/${name}`));
  const faces = ['index.ts', ...(stage.faces ?? [])].map((file) => `${here}${escapePattern(file)}$`);
  const typesOnly = { path: folders(stage.types), dependencyTypesNot: ['type-only'] };
  return [
    ...(forbidden.length === 0
      ? []
      : [forbid(`direction/${stage.name}`, { path: here }, { path: folders(forbidden) })]),
    ...(stage.types.length === 0 ? [] : [forbid(`types-only/${stage.name}`, { path: here }, typesOnly)]),
    forbid(`face/${stage.name}`, { path: folder(root), pathNot: here }, { path: here, pathNot: faces }),
  ];
}

/**
 * Which npm packages, islands and modules of Node may be imported.
 * @param {string} name
 * @param {string} here
 * @param {Pick<Stage, 'packages' | 'builtins'>} allowed
 * @param {readonly Island[]} islands
 * @returns {Rule[]}
 */
function outsideRules(name, here, allowed, islands) {
  const others = islands.filter((island) => island.name !== name);
  const open = others
    .filter((island) => allowed.packages.includes(island.name))
    .map((island) => `${folder(island.root)}index\\.ts$`);
  const packages = allowed.packages.map((item) => `/node_modules/(@types/)?${escapePattern(item)}/`);
  const known = packages.map((pattern) => `(^|/)${pattern.slice(1)}`).concat(open);
  const outside = ['(^|/)node_modules/', ...others.map((island) => folder(island.root))];
  const isPackage = { path: outside, ...(known.length === 0 ? {} : { pathNot: known }) };
  return [
    forbid(`package/${name}`, { path: here }, isPackage),
    ...(allowed.builtins ? [] : [forbid(`builtin/${name}`, { path: here }, { dependencyTypes: ['core'] })]),
  ];
}

/**
 * @param {string} name
 * @param {object} from
 * @param {object} to
 * @returns {Rule}
 */
function forbid(name, from, to) {
  return { name, severity: 'error', from, to };
}

/** @param {string} path */
function folder(path) {
  return `^${escapePattern(path)}/`;
}

/** @param {string} text */
function escapePattern(text) {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/**
 * Cruises the stages and islands of a repository.
 * @param {string} directory root of the repository
 * @param {Architecture} architecture
 * @returns {Promise<{ readonly breaches: readonly Breach[], readonly modules: readonly string[] }>}
 *   breaches of the rules, and the modules seen: paths from the root, without tests
 */
export async function cruiseArchitecture(directory, architecture) {
  const roots = [architecture.root, ...architecture.islands.map((island) => island.root)];
  const { output } = await cruise(
    roots,
    {
      baseDir: directory,
      validate: true,
      ruleSet: { forbidden: forbiddenImports(architecture) },
      exclude: '\\.test\\.ts$',
      doNotFollow: { path: 'node_modules|^test/' },
      tsPreCompilationDeps: true,
    },
    { conditionNames: ['source', 'import', 'types', 'node', 'default'], exportsFields: ['exports'] },
  );
  if (typeof output === 'string') throw new TypeError(`dependency-cruiser gave no result: ${output}`);
  const isOurs = (/** @type {string} */ path) => roots.some((root) => path.startsWith(`${root}/`));
  return {
    breaches: output.summary.violations.map(({ rule, from, to }) => ({ rule: rule.name, from, to })),
    modules: output.modules.map((module) => module.source).filter(isOurs),
  };
}

/**
 * Lists the modules that a cruise must have seen.
 * @param {string} directory root of the repository
 * @param {Architecture} architecture
 * @returns {string[]} paths from the root, without tests and type declarations
 */
export function sourceModules(directory, architecture) {
  const roots = [architecture.root, ...architecture.islands.map((island) => island.root)];
  return roots.flatMap((root) =>
    readdirSync(join(directory, root), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !/(\.test|\.d)\.ts$/.test(file))
      .map((file) => `${root}/${file.replaceAll('\\', '/')}`),
  );
}
