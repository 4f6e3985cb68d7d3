import { type Content, html, type Markup, trustedMarkup } from './markup.ts';
import { STYLE } from './style.ts';

/** Nothing is loaded and nothing runs, whatever a name in the database tries. */
const CONTENT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/** One section of a page. */
export interface PageSection {
  readonly id: string;
  readonly name: string;
  /** Null when there is nothing to show. */
  readonly content: Markup | null;
}

/** What a page is made of. */
export interface Page {
  readonly title: string;
  /** Words of the link past the head. */
  readonly skip: string;
  readonly head: Markup;
  readonly sections: readonly PageSection[];
  readonly foot: Markup;
}

/** Renders a section with its head. */
export function section(id: string, name: string, content: Content): Markup {
  return html`<section id="${id}" aria-labelledby="${id}-head"><h2 id="${id}-head">${name}</h2>
${content}</section>`;
}

/** Renders one self-contained page: no script, no external asset; light and dark, phone and print. */
export function renderPage({ title, skip, head, sections, foot }: Page): string {
  const present = sections.filter((section) => section.content !== null);
  const links = present.map(({ id, name }) => html`<li><a href="#${id}">${name}</a></li>`);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${trustedMarkup(CONTENT_POLICY)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${trustedMarkup(STYLE)}</style>
</head>
<body>
<a class="skip" href="#content">${skip}</a>
<header>${head}<nav aria-label="Sections"><ul>${links}</ul></nav></header>
<main id="content">
${present.map((section) => section.content)}
</main>
<footer>${foot}</footer>
</body>
</html>
`.toString();
}
