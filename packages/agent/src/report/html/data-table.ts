import { type Content, html, type Markup } from './markup.ts';

/** One column of a table in the page. */
export interface HtmlColumn {
  readonly head: string;
  readonly kind?: 'text' | 'number' | 'code';
}

/**
 * Renders a table with caption and scoped heads, in a box that scrolls sideways on a phone.
 * @param rows cells; the first of each row is its head
 */
export function dataTable(
  caption: string,
  columns: readonly HtmlColumn[],
  rows: readonly (readonly Content[])[],
): Markup {
  const kindOf = (index: number): string => columns[index]?.kind ?? 'text';
  return html`<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table>
<caption>${caption}</caption>
<thead><tr>${columns.map(({ head, kind }) => html`<th scope="col" class="${kind ?? 'text'}">${head}</th>`)}</tr></thead>
<tbody>${rows.map(
    ([first = null, ...cells]) => html`<tr><th scope="row" class="${kindOf(0)}">${first}</th>${cells.map(
      (cell, index) => html`<td class="${kindOf(index + 1)}">${cell}</td>`,
    )}</tr>
`,
  )}</tbody></table></div>`;
}

/** Folds something long behind a line that opens it. */
export function folded(summary: string, content: Content): Markup {
  return html`<details class="fold"><summary>${summary}</summary>${content}</details>`;
}
