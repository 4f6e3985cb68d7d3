import { escapeControls } from '../../kernel/index.ts';

/** HTML that is safe to put into a page: only {@link html} and {@link trustedMarkup} build it. */
export class Markup {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

/** What may stand in a template; everything but {@link Markup} is escaped, null is nothing. */
export type Content = Markup | string | number | null | readonly Content[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Escapes untrusted text for HTML, both between tags and in quoted attributes; controls become visible. */
function escapeHtml(text: string): string {
  return escapeControls(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

/** Builds markup from a template; every value put in is escaped unless it is markup itself. */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Markup {
  const text = strings.reduce((sum, part, index) => sum + render(values[index - 1] ?? null) + part);
  return new Markup(text);
}

/** Declares a constant of this code base as markup; never for data. */
export function trustedMarkup(constant: string): Markup {
  return new Markup(constant);
}

/** Renders SQL or other code with its own line breaks; every other control character is shown. */
export function codeLines(text: string): Markup {
  return new Markup(text.split('\n').map(escapeHtml).join('\n'));
}

function render(content: Content): string {
  if (content === null) return '';
  if (content instanceof Markup) return content.toString();
  if (typeof content === 'string' || typeof content === 'number') return escapeHtml(String(content));
  return content.map(render).join('');
}
