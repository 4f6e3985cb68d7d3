/** Stable functions of PostgreSQL that depend on nothing but their arguments and settings that are part of the key. */
const BY_SESSION: ReadonlySet<string> = new Set(
  `array_to_json array_to_string concat concat_ws convert convert_from convert_to current_database current_schema
  current_schemas current_user date date_add date_cmp_timestamptz date_part date_subtract date_trunc enum_first enum_last
  enum_range extract format generate_series get_current_ts_config getpgusername in_range json_agg json_agg_strict
  json_build_array json_build_object json_object_agg json_object_agg_strict json_object_agg_unique
  json_object_agg_unique_strict json_populate_record json_populate_recordset json_to_record json_to_recordset
  json_to_tsvector jsonb_agg jsonb_agg_strict jsonb_build_array jsonb_build_object jsonb_object_agg
  jsonb_object_agg_strict jsonb_object_agg_unique jsonb_object_agg_unique_strict jsonb_path_exists_tz jsonb_path_match_tz
  jsonb_path_query_array_tz jsonb_path_query_first_tz jsonb_path_query_tz jsonb_populate_record
  jsonb_populate_record_valid jsonb_populate_recordset jsonb_to_record jsonb_to_recordset jsonb_to_tsvector length
  make_timestamptz money numeric overlaps phraseto_tsquery plainto_tsquery quote_literal quote_nullable row_to_json
  session_user time timestamp timestamp_cmp_timestamptz timestamptz timestamptz_cmp_date timestamptz_cmp_timestamp
  timezone to_char to_date to_json to_jsonb to_number to_timestamp to_tsquery to_tsvector ts_headline ts_parse
  ts_token_type websearch_to_tsquery xml xml_is_well_formed`.split(/\s+/),
);

/** Stable functions of PostgreSQL that depend on the time of day. */
const BY_CLOCK: ReadonlySet<string> = new Set([
  'age',
  'now',
  'statement_timestamp',
  'timetz',
  'transaction_timestamp',
]);

/** Functions behind operators: comparisons and arithmetic of moments in the session's time zone, `||` and `@@`. */
const OPERATORS =
  /^((date|timestamp|timestamptz|interval)_(eq|ge|gt|le|lt|ne|pl|mi)_\w+|anytextcat|textanycat|ts_match_t[qt])$/;

/** What the answer of a stable function of PostgreSQL depends on; `server` where it is not known to be less. */
export function stableBuiltin(name: string): 'session' | 'clock' | 'setting' | 'server' {
  if (name === 'current_setting') return 'setting';
  if (BY_CLOCK.has(name)) return 'clock';
  return BY_SESSION.has(name) || OPERATORS.test(name) ? 'session' : 'server';
}
