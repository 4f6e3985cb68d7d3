import { displayName, quoteIdentifier, quoteQualified } from '../../../kernel/index.ts';
import type { Advisor } from '../../types.ts';

/** Validates a constraint that was added NOT VALID. */
export const validateConstraint: Advisor = {
  id: 'advise/validate-constraint',
  remedies: ['diagnose/not-validated-constraint'],
  advise: (finding, snapshot) => {
    const { constraints, orphanSamples } = snapshot.sections;
    if (constraints.status !== 'ok') return null;
    const { schema, name } = finding.subject;
    const row = constraints.data.find(
      (candidate) =>
        candidate.schema === schema &&
        candidate.name === name &&
        (finding.evidence['table'] === undefined ||
          displayName(candidate.schema, candidate.tableName) === finding.evidence['table']),
    );
    if (row === undefined || row.isValidated || !row.isEnforced) return null;
    const samples = orphanSamples.status === 'ok' ? orphanSamples.data.samples : [];
    const orphans = samples.find(
      (sample) => sample.constraintName === name && sample.tableName === row.tableName,
    )?.orphanRows;
    const table = quoteQualified(row.schema, row.tableName);
    return {
      id: `validate-constraint/${displayName(row.schema, row.tableName)}/${name}`,
      kind: 'validate-constraint',
      title: `Validate ${displayName(row.schema, name)}`,
      do: [`alter table ${table} validate constraint ${quoteIdentifier(name)};`],
      undo: [],
      effect: { metric: 'isValidated', before: 0, after: 1, unit: 'count', method: 'by definition' },
      risk:
        (orphans ?? 0) > 0
          ? { level: 'medium', why: `fails as long as rows break it: ${orphans} of the sampled rows do` }
          : { level: 'low', why: 'reads the table once under a lock that lets reads and writes go on' },
    };
  },
};
