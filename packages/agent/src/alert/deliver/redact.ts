import { escapeControls } from '../../kernel/index.ts';

const MAXIMUM_LENGTH = 300;
/** Shorter pieces of a path are words, not tokens. */
const MINIMUM_SECRET = 4;

/** Gives what of an address must not be shown: user, password, path and query, whole and in pieces. */
export function secretsOfUrl(address: string): readonly string[] {
  const { username, password, pathname, search, searchParams, hash } = new URL(address);
  // As the header `Authorization: Basic` holds them.
  const basic = Buffer.from(`${decoded(username)}:${decoded(password)}`).toString('base64');
  const values = search.split('&').map((pair) => pair.replace(/^[^=]*=/, ''));
  const parts = [...pathname.split('/'), ...values, ...searchParams.values()];
  const pieces = [username, password, basic, ...parts, search, hash];
  return [pathname, ...pieces].flatMap((piece) => [piece, decoded(piece)]);
}

/** Shows an address without its secrets: `https://hooks.example/…`. */
export function shownUrl(address: string): string {
  const { protocol, host } = new URL(address);
  return `${protocol}//${host}/…`;
}

/** Makes text from elsewhere fit to be recorded: secrets replaced, one line, not too long. */
export function redact(text: string, secrets: readonly string[]): string {
  const known = [...new Set(secrets)]
    .filter((secret) => secret.length >= MINIMUM_SECRET)
    .toSorted((a, b) => b.length - a.length);
  const clean = known.reduce((rest, secret) => rest.replaceAll(secret, '***'), text);
  return Array.from(escapeControls(clean.trim())).slice(0, MAXIMUM_LENGTH).join('');
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
