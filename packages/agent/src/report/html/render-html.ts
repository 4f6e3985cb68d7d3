import type { Audit } from '../types.ts';
import { html } from './markup.ts';

/** Renders an audit as one self-contained page. */
export function renderHtml(audit: Audit): string {
  return html`<!doctype html><title>${audit.report.target.name}</title>`.toString();
}
