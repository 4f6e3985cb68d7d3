import type { Proposal } from '../../advise/index.ts';
import { groupBy } from '../../kernel/index.ts';
import { formatEffect } from '../effect.ts';
import { describeField, formatEvidence, formatThreshold, tellingEvidence } from '../evidence.ts';
import { nameSeverity, rankProposals } from '../overview.ts';
import type { AuditReport, ReportedFinding } from '../types.ts';
import { dataTable, folded } from './data-table.ts';
import { type Content, codeLines, html, type Markup } from './markup.ts';
import { section } from './page.ts';

/** What has findings and their remedies. */
type JudgedReport = Pick<AuditReport, 'findings' | 'proposals'>;

/** Critical and warning findings that stand open when the page is opened. */
const OPEN_FINDINGS = 2;

/** Renders the findings as cards, worst first; notes are folded away as one group per check. */
export function renderFindings(report: AuditReport): Markup {
  const card = findingCards(report);
  const loud = report.findings.filter((finding) => finding.severity !== 'info');
  const notes = report.findings.filter((finding) => finding.severity === 'info');
  const groups = [...groupBy(notes, (finding) => finding.id)];
  return html`<section id="findings" aria-labelledby="findings-head"><h2 id="findings-head">Findings</h2>
${report.findings.length === 0 ? html`<p>Nothing found above its threshold.</p>` : null}
${loud.map((finding, index) => card(finding, index < OPEN_FINDINGS))}
${groups.length === 0 ? null : html`<h3>${nameSeverity('info', notes.length)}</h3>`}
${groups.map(([id, members]) =>
  members.length === 1
    ? members.map((finding) => card(finding, false))
    : folded(
        `${members.length} × ${id}`,
        members.map((finding) => card(finding, false)),
      ),
)}</section>`;
}

/** Gives a renderer of findings as cards that open, each with its remedies linked to where {@link renderProposals} has them. */
export function findingCards(report: JudgedReport): (finding: ReportedFinding, isOpen: boolean) => Markup {
  const ranks = new Map(rankProposals(report).map((proposal, index) => [proposal.id, index + 1]));
  const proposals = new Map(report.proposals.map((proposal) => [proposal.id, proposal]));
  return (finding, isOpen) => {
    const remedies = finding.proposals.flatMap((id) => proposals.get(id) ?? []);
    const shown = remedies.map((proposal) => renderRemedy(proposal, ranks.get(proposal.id) ?? 0));
    return renderCard(finding, shown, isOpen);
  };
}

function renderCard(finding: ReportedFinding, remedies: readonly Markup[], isOpen: boolean): Markup {
  const word = finding.severity === 'info' ? 'note' : finding.severity;
  const facts = tellingEvidence(finding, 3).map(([label, value]) => `${label} ${value}`);
  const evidence = Object.entries(finding.evidence).map(([field, value]): readonly Content[] => [
    describeField(field),
    typeof value === 'string' ? html`<code>${value}</code>` : formatEvidence(field, value),
  ]);
  const opening = isOpen
    ? html`<details class="card ${finding.severity}" open>`
    : html`<details class="card ${finding.severity}">`;
  return html`${opening}<summary><span class="badge">${word}</span> <span class="title">${finding.title}</span>
<span class="facts">${facts.join(' · ')}</span></summary><div class="body">
<p class="remedy"><strong>Remedy:</strong> ${finding.remedy}</p>
${remedies}
${evidence.length === 0 ? null : dataTable(`Evidence of ${finding.id}`, [{ head: 'evidence' }, { head: 'value' }], evidence)}
<dl><dt>Threshold</dt><dd><code>${finding.threshold.key}</code> = ${formatThreshold(finding.threshold)}</dd>
<dt>Check</dt><dd><code>${finding.id}</code></dd><dt>Source</dt><dd>${finding.source}</dd></dl></div></details>
`;
}

function renderRemedy(proposal: Proposal, rank: number): Markup {
  return html`<pre><code>${codeLines(proposal.do.join('\n'))}</code></pre>
<p class="meta">${proposal.risk.level} risk · <a href="#proposal-${rank}">effect, risk and undo</a></p>`;
}

/** Renders what to do next: every proposal with SQL to do and to undo, effect and risk. */
export function renderProposals(report: JudgedReport): Markup | null {
  if (report.proposals.length === 0) return null;
  return section('next', 'What to do next', proposalList(rankProposals(report)));
}

/** Lists proposals in the order given, each with SQL to do and to undo, effect and risk; a note may say more. */
export function proposalList(
  proposals: readonly Proposal[],
  noteOf: (proposal: Proposal) => string | null = () => null,
): Markup {
  const items = proposals.map((proposal, index) => renderProposal(proposal, index + 1, noteOf(proposal)));
  return html`<ol class="proposals">${items}</ol>`;
}

function renderProposal(proposal: Proposal, rank: number, note: string | null): Markup {
  const effect = formatEffect(proposal);
  return html`<li id="proposal-${rank}"><h3>${proposal.title}</h3>
<pre><code>${codeLines(proposal.do.join('\n'))}</code></pre>
${note === null ? null : html`<p class="meta">${note}</p>`}
<p class="meta"><span class="risk ${proposal.risk.level}">${proposal.risk.level} risk</span> ${proposal.risk.why}</p>
${(proposal.afterwards ?? []).map(
  ({ what, sql }) => html`<p class="meta">${what}:</p>
<pre><code>${codeLines(sql)}</code></pre>`,
)}
${effect === null ? null : html`<p class="meta">Effect: ${effect} (${proposal.effect.method})</p>`}
${
  proposal.undo.length === 0
    ? html`<p class="meta">Nothing to undo.</p>`
    : folded('Undo', html`<pre><code>${codeLines(proposal.undo.join('\n'))}</code></pre>`)
}</li>
`;
}
