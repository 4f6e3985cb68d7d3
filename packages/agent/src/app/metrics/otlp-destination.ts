import { validateHeaderName, validateHeaderValue } from 'node:http';
import { hostname } from 'node:os';
import { shownUrl } from '../../alert/index.ts';
import { failure } from '../../kernel/index.ts';
import type { Setting, Settings } from '../../settings/index.ts';
import { OTLP_ERRORS } from './errors.ts';
import { OTLP_SETTINGS } from './settings.ts';

/** Where metrics go, and what goes with them. */
export interface OtlpDestination {
  readonly url: string;
  /** Without secrets. */
  readonly shown: string;
  readonly headers: Readonly<Record<string, string>>;
  /** What must not be shown of the headers. */
  readonly secrets: readonly string[];
  /** Attributes of the resource that sends. */
  readonly resource: Readonly<Record<string, string>>;
}

/**
 * Reads from the settings where metrics are sent; null when nowhere.
 * @throws OTLP.ENDPOINT_INVALID, OTLP.LIST_INVALID
 */
export function otlpDestination(settings: Settings, version: string): OtlpDestination | null {
  const url = addressOf(settings);
  if (url === null) return null;
  const headers = listOf(settings, OTLP_SETTINGS.headers, (name, value) => {
    validateHeaderName(name);
    validateHeaderValue(name, value);
  });
  return {
    url,
    shown: shownUrl(url),
    headers,
    // A receiver may repeat a token without the scheme before it: `Bearer`.
    secrets: Object.values(headers).flatMap((value) => [value, value.replace(/^\S+\s+/, '')]),
    resource: {
      'service.name': 'pgsteward',
      'service.version': version,
      // Stays the same over restarts. Agents that share targets never send the same one at once.
      'service.instance.id': hostname(),
      ...listOf(settings, OTLP_SETTINGS.resourceAttributes),
    },
  };
}

function addressOf(settings: Settings): string | null {
  const [whole, base] = [OTLP_SETTINGS.metricsEndpoint, OTLP_SETTINGS.endpoint];
  const setting = settings.get(whole) === '' ? base : whole;
  const given = settings.get(setting);
  if (given === '') return null;
  const url = URL.canParse(given) ? new URL(given) : null;
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw failure(OTLP_ERRORS.ENDPOINT_INVALID, { key: setting.key });
  }
  if (setting === base) url.pathname = `${url.pathname.replace(/\/$/, '')}/v1/metrics`;
  return url.href;
}

/**
 * Reads a list of `name=value` as W3C Baggage writes it. An error names the position, never the text.
 * @param check throws where an entry will not do
 */
function listOf(
  settings: Settings,
  setting: Setting<string>,
  check: (name: string, value: string) => void = () => undefined,
): Readonly<Record<string, string>> {
  const entries = settings.get(setting).split(',');
  const pairs = entries.flatMap((entry, index) => {
    if (entry.trim() === '') return [];
    const at = entry.indexOf('=');
    const refuse = (reason: string) =>
      failure(OTLP_ERRORS.LIST_INVALID, { key: setting.key, position: index + 1, reason });
    if (at < 1) throw refuse('There is no name before an equals sign');
    try {
      const name = decodeURIComponent(entry.slice(0, at).trim());
      const value = decodeURIComponent(entry.slice(at + 1).trim());
      check(name, value);
      return [[name, value] as const];
    } catch {
      throw refuse('It is not percent-encoded, or no header can be so');
    }
  });
  return Object.fromEntries(pairs);
}
