import { quoteIdentifier } from '../kernel/index.ts';
import type { Capabilities, ExtensionFacts } from '../postgres/index.ts';
import type { AnyCatalogQuery, QueryVariant, VariantFloor } from './define-query.ts';

/** Why a query cannot run on a target, and what would let it. */
export interface Unavailable {
  readonly reason: string;
  readonly remedy: string;
}

/** The SQL to run, or why there is none. */
export type Choice = { readonly sql: string } | { readonly unavailable: Unavailable };

/** Picks the newest variant whose floor the target reaches, judged by server, extension and columns. */
export function chooseVariant(query: AnyCatalogQuery, capabilities: Capabilities): Choice {
  const blocked = nodeBlock(query, capabilities);
  if (blocked !== null) return { unavailable: blocked };
  const { extension: name } = query.needs;
  const extension = capabilities.extensions.find((candidate) => candidate.name === name);
  if (name !== undefined && extension === undefined) {
    return { unavailable: missingExtension(name, capabilities) };
  }
  const variant = query.variants.findLast((candidate) => reaches(candidate.since, capabilities, extension));
  if (variant === undefined) return { unavailable: tooOld(query, capabilities, extension) };
  return { sql: fillExtension(variant, extension) };
}

/** Compares dotted extension versions number by number: 1.9 < 1.10. */
export function compareVersions(left: string, right: string): number {
  const a = left.split('.').map(Number);
  const b = right.split('.').map(Number);
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function reaches(
  floor: VariantFloor,
  capabilities: Capabilities,
  extension: ExtensionFacts | undefined,
): boolean {
  if (capabilities.versionNumber < floor.server) return false;
  if (floor.extension !== undefined) {
    if (extension === undefined || compareVersions(extension.version, floor.extension) < 0) return false;
  }
  return Object.entries(floor.columns ?? {}).every(([view, columns]) => {
    const present = capabilities.viewColumns.get(view) ?? [];
    return columns.every((column) => present.includes(column));
  });
}

function fillExtension(variant: QueryVariant, extension: ExtensionFacts | undefined): string {
  return extension === undefined
    ? variant.sql
    : variant.sql.replaceAll('{extension}', quoteIdentifier(extension.schema));
}

function nodeBlock(query: AnyCatalogQuery, capabilities: Capabilities): Unavailable | null {
  if (query.node === 'primary' && capabilities.isInRecovery) {
    return { reason: 'the target is a standby', remedy: 'run pgsteward against the primary as well' };
  }
  if (query.node === 'standby' && !capabilities.isInRecovery) {
    return { reason: 'the target is a primary', remedy: 'run pgsteward against a standby as well' };
  }
  return null;
}

function missingExtension(name: string, capabilities: Capabilities): Unavailable {
  if (!capabilities.availableExtensions.includes(name)) {
    return {
      reason: `the extension ${name} is not installed on the server`,
      remedy: `install the package that brings ${name} (postgresql-contrib or the vendor's), then create extension ${name}`,
    };
  }
  const needsPreload = name === 'pg_stat_statements' && !capabilities.preloadLibraries.includes(name);
  const preload = needsPreload ? `add ${name} to shared_preload_libraries and restart, then ` : '';
  return {
    reason: `the extension ${name} is not created in the database ${capabilities.database}`,
    remedy: `${preload}run: create extension ${name};`,
  };
}

function tooOld(
  query: AnyCatalogQuery,
  capabilities: Capabilities,
  extension: ExtensionFacts | undefined,
): Unavailable {
  const floor = query.variants[0]?.since;
  if (extension !== undefined && floor?.extension !== undefined) {
    return {
      reason: `the extension ${extension.name} is at ${extension.version}, ${floor.extension} is needed`,
      remedy: `run: alter extension ${extension.name} update;`,
    };
  }
  const major = Math.floor((floor?.server ?? 0) / 10_000);
  return {
    reason: `PostgreSQL ${capabilities.version} does not offer this (${query.id} needs ${major} or a column that is missing here)`,
    remedy: `upgrade to PostgreSQL ${major} or newer`,
  };
}
