import { runCatalogQuery, statementTextsQuery } from '../../catalog/index.ts';
import type { Session } from '../../postgres/index.ts';

/**
 * Knows statements by the fingerprint of their text instead of PostgreSQL's query id, which changes with versions,
 * schemas and restarts; reads each text once.
 */
export interface Fingerprints {
  /** Gives the fingerprint of a query id; one whose text is not known (yet) goes under `id:…`. */
  ofQueryId(queryId: string): string;
  /** Gives the fingerprint of what a session runs; empty when it cannot be told. Learns it from the text of one. */
  ofSample(sample: { readonly queryId: string | null; readonly query: string | null }): string;
  isKnown(queryId: string): boolean;
  /** Gives the fingerprint for one that went under `id:…` when its text was not known yet; others as they are. */
  resolved(fingerprint: string): string;
  /** Reads the texts of query ids that are not known. */
  learn(session: Session, queryIds: readonly string[]): Promise<void>;
  /** Gives the query id that a fingerprint was seen under last. */
  queryIdOf(fingerprint: string): string | undefined;
  /** Gives the text of a fingerprint while it is remembered. */
  textOf(fingerprint: string): string | undefined;
  /** Gives the texts that were learnt since the last call, by fingerprint. */
  takeTexts(): ReadonlyMap<string, string>;
}

const MOST_KNOWN = 50_000;
const REMEMBERED_TEXT = 500;

/** Under this all statements of pgsteward itself go together. */
const OWN = 'pgsteward';
const OWN_MARK = '/* pgsteward:';

/** Before a query id whose text is not known. */
const UNKNOWN = 'id:';
/** From here on a text may have been cut. @source track_activity_query_size, 1,024 bytes */
const CUT_LENGTH = 1_000;
/** Of several statements sent at once a session shows the text of all. */
const SEVERAL = /;\s*\S/;

/**
 * Starts without any knowledge.
 * @param fingerprintOf the fingerprint of a text, null for one that is no statement
 */
export function createFingerprints(fingerprintOf: (text: string) => string | null): Fingerprints {
  const known = new Map<string, string>();
  /** Fingerprints of query ids from what sessions run, until pg_stat_statements tells their texts. */
  const running = new Map<string, string>();
  const texts = new Map<string, string>();
  const queryIds = new Map<string, string>();
  let fresh = new Map<string, string>();
  const remember = (queryId: string, text: string): void => {
    forgetOldest(known);
    const isOwn = text.includes(OWN_MARK);
    const fingerprint = isOwn ? OWN : (fingerprintOf(text) ?? `${UNKNOWN}${queryId}`);
    known.set(queryId, fingerprint);
    forgetOldest(texts);
    forgetOldest(queryIds);
    queryIds.set(fingerprint, queryId);
    texts.set(fingerprint, text.slice(0, REMEMBERED_TEXT));
    fresh.set(fingerprint, isOwn ? 'all statements of pgsteward itself' : text);
  };
  const ofQueryId = (queryId: string): string =>
    known.get(queryId) ?? running.get(queryId) ?? `${UNKNOWN}${queryId}`;
  return {
    ofQueryId,
    ofSample({ queryId, query }) {
      const text = query ?? '';
      if (queryId === null || queryId === '0') return text === '' ? '' : (fingerprintOf(text) ?? '');
      const isWhole = text !== '' && text.length < CUT_LENGTH && !SEVERAL.test(text);
      const fingerprint = isWhole ? fingerprintOf(text) : null;
      if (fingerprint !== null && !known.has(queryId)) {
        forgetOldest(running);
        running.set(queryId, fingerprint);
      }
      return ofQueryId(queryId);
    },
    isKnown: (queryId) => known.has(queryId) || running.has(queryId),
    resolved: (fingerprint) =>
      fingerprint.startsWith(UNKNOWN) ? ofQueryId(fingerprint.slice(UNKNOWN.length)) : fingerprint,
    async learn(session, queryIds) {
      const unknown = queryIds.filter((queryId) => !known.has(queryId));
      if (unknown.length === 0) return;
      const result = await runCatalogQuery(session, statementTextsQuery, [unknown]);
      if (!result.ok) return;
      for (const { queryId, query } of result.rows) remember(queryId, query);
      // PostgreSQL lost their texts, or hides them: asking again each minute would read all texts in vain.
      for (const queryId of unknown) {
        if (!known.has(queryId)) known.set(queryId, ofQueryId(queryId));
      }
    },
    queryIdOf: (fingerprint) => queryIds.get(fingerprint),
    textOf: (fingerprint) => texts.get(fingerprint),
    takeTexts() {
      const taken = fresh;
      fresh = new Map();
      return taken;
    },
  };
}

/** Makes room for one more. */
function forgetOldest(map: Map<string, string>): void {
  if (map.size >= MOST_KNOWN) map.delete(map.keys().next().value ?? '');
}
