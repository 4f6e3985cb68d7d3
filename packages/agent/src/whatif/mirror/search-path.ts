/**
 * Splits the value of `search_path` into its schemas, as PostgreSQL does: names in quotes as they stand, others in lower case.
 * @source src/backend/utils/adt/varlena.c, SplitIdentifierString
 */
export function splitSearchPath(value: string): readonly string[] {
  return [...value.matchAll(/"((?:[^"]|"")*)"|([^\s,"]+)/g)].flatMap(([, quoted, bare]) => {
    const name = quoted?.replaceAll('""', '"') ?? bare?.toLowerCase() ?? '';
    return name === '' ? [] : [name];
  });
}
