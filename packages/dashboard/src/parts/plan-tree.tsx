import type { MeasuredNode, PlanNodeRow } from '../../../agent/src/app/views/plan-types.ts';
import { format } from '../format.ts';
import './plan-tree.css';

/** Share of a plan from which a node stands out. */
const HOT = 0.3;

/** A plan as a tree: what each node takes of its own, and what a run measured where it was run. */
export function PlanTree({ nodes }: { readonly nodes: readonly PlanNodeRow[] }) {
  return (
    // A region that scrolls has to be reached by the keyboard.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: WCAG 2.1.1, axe rule scrollable-region-focusable
    <section class="tree" aria-label="Plan" tabIndex={0}>
      <ol class="plan">
        {nodes.map((node) => (
          <PlanNode key={node.id} node={node} />
        ))}
      </ol>
    </section>
  );
}

function PlanNode({ node }: { readonly node: PlanNodeRow }) {
  const { depth, title, facts, details, share, measured } = node;
  return (
    <li class={`depth-${Math.min(depth, 12)} ${share >= HOT ? 'hot' : ''}`}>
      <span>{title}</span>{' '}
      <meter min={0} max={1} value={share} aria-label={`${Math.round(share * 100)} % of the plan`} />{' '}
      {measured === null ? <span class="muted">{facts}</span> : <Measures node={measured} share={share} />}
      {details.map((detail) => (
        <code key={detail} class="statement">
          {detail}
        </code>
      ))}
    </li>
  );
}

function Measures({ node, share }: { readonly node: MeasuredNode; readonly share: number }) {
  const { selfMs, planRows, actualRows, misestimate, loops, blocks, spilledBytes } = node;
  if (loops === 0) return <span class="muted">never executed</span>;
  return (
    <ul class="measures">
      {selfMs === null ? null : (
        <li>
          {format(selfMs, 'ms')} of its own, {format(share, 'ratio')}
        </li>
      )}
      <li class={misestimate === null ? '' : 'missed'}>
        {format(planRows, 'count')} rows estimated, {format(actualRows, 'count')} found
        {misestimate === null ? null : <b> {misestimate}</b>}
      </li>
      {loops === 1 ? null : <li>{format(loops, 'count')} loops</li>}
      {blocks === null ? null : (
        <li>
          {format(blocks.hit, 'count')} blocks hit, {format(blocks.read, 'count')} read
          {blocks.temp === 0 ? null : `, ${format(blocks.temp, 'count')} temporary`}
        </li>
      )}
      {spilledBytes === 0 ? null : <li class="missed">{format(spilledBytes, 'bytes')} spilled to disk</li>}
    </ul>
  );
}
