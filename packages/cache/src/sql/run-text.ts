import type { ClientBase, CustomTypesConfig, QueryArrayConfig } from 'pg';
import type { Sent } from './parameters.ts';
import { type TextResult, textResult } from './result.ts';

/** Leaves every value as PostgreSQL's text. */
export const asText: CustomTypesConfig = {
  // The declaration names a parser for each type; as text all are the same.
  getTypeParser: (() => (text: string) => text) as CustomTypesConfig['getTypeParser'],
};

/** Runs one statement on a connection as it is. */
export async function runAsText(
  client: ClientBase,
  text: string,
  parameters: readonly Sent[],
): Promise<TextResult> {
  const config: QueryArrayConfig & { readonly queryMode: 'extended' } = {
    text,
    values: [...parameters],
    rowMode: 'array',
    types: asText,
    // One statement, whatever the text says.
    queryMode: 'extended',
  };
  return textResult(await client.query(config));
}

/** Reads the one value of a statement as JSON, whatever types the pool has. */
export async function readJson<T>(
  client: ClientBase,
  text: string,
  values: readonly unknown[] = [],
): Promise<T> {
  const { rows } = await client.query({ text, values: [...values], rowMode: 'array', types: asText });
  return JSON.parse(rows[0]?.[0] ?? '[]');
}
