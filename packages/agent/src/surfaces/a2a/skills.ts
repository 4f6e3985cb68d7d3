import { proposeChange, type Tool } from '../mcp/index.ts';
import { audit } from './skills/audit.ts';
import { diagnose } from './skills/diagnose.ts';
import { weeklyReport } from './skills/weekly-report.ts';

/** What another agent may delegate. */
export interface Skill {
  /** Name by which a message asks for it. */
  readonly id: string;
  readonly tool: Tool;
  readonly tags: readonly string[];
  /** Messages that ask for it: words, or the data part as JSON. */
  readonly examples: readonly string[];
  /** Who may ask for it: whoever looks, or only who also acts. */
  readonly role: 'viewer' | 'operator';
}

/** Every skill, in the order of the agent card. */
export const skills: readonly Skill[] = [
  {
    id: 'audit',
    tool: audit,
    tags: ['postgresql', 'findings', 'proposals'],
    examples: ['Audit the database', '{"skill":"audit","target":"shop","fresh":true}'],
    role: 'viewer',
  },
  {
    id: 'diagnose',
    tool: diagnose,
    tags: ['postgresql', 'incident', 'root cause'],
    examples: ['Diagnose the database', '{"skill":"diagnose","target":"shop","playbook":"lock-pile-up"}'],
    role: 'viewer',
  },
  {
    id: 'weekly-report',
    tool: weeklyReport,
    tags: ['postgresql', 'report', 'trend'],
    examples: ['Weekly report', '{"skill":"weekly-report","target":"shop"}'],
    role: 'viewer',
  },
  {
    id: 'propose',
    tool: proposeChange,
    tags: ['postgresql', 'change', 'approval'],
    examples: [
      '{"skill":"propose","target":"shop","statements":["create index concurrently orders_customer on public.orders (customer_id)"],"why":"the search by customer reads all of orders"}',
    ],
    role: 'operator',
  },
];
