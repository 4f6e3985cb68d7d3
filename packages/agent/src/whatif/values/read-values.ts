import type { PlannableStatement, ValueSet } from '../../planner/index.ts';
import type { Session } from '../../postgres/index.ts';
import { relationNames } from '../../sql/index.ts';
import { readColumns } from '../mirror/read-columns.ts';
import { readServer } from '../mirror/read-server.ts';
import { beginReading } from '../mirror/reading.ts';
import type { PlanningConnection } from '../statements/explain-statement.ts';
import { readParameterTypes } from '../statements/parameter-types.ts';
import { representativeValues } from './representative-values.ts';
import { createStatisticsSource } from './statistics-source.ts';

/**
 * Gives typical values of a statement's parameters from the target's own statistics, of the tables that it names.
 * @param connection with the target, for the types of the parameters
 * @returns none where nothing is known of them
 */
export async function readRepresentativeValues(
  session: Session,
  connection: PlanningConnection,
  statement: PlannableStatement,
): Promise<readonly ValueSet[]> {
  const names = relationNames(statement.sql);
  const types = names.length === 0 ? null : await readParameterTypes(connection, statement);
  if (types === null || types.length === 0) return [];
  const reading = await beginReading(session);
  const { server, statisticsFunctions } = await readServer(reading);
  const columns = await readColumns(reading, names, statisticsFunctions.includes('column_statistics'));
  const source = createStatisticsSource(columns, statement.searchPath ?? server.searchPath);
  return representativeValues(statement.sql, types, source);
}
