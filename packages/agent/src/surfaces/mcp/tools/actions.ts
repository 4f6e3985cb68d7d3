import * as z from 'zod';
import {
  actionRow,
  approveWithToken,
  findAction,
  proposeStatements,
  readActions,
  readLedger,
} from '../../../app/index.ts';
import { countOf, unwrap } from '../../../kernel/index.ts';
import { defineTool } from '../define-tool.ts';
import { sql, target, targetOf } from '../inputs.ts';
import { action } from '../outputs.ts';
import type { Tool } from '../types.ts';

const id = z
  .string()
  .regex(/^[0-9a-f-]{1,40}$/)
  .describe('Id of an action');

/** Lists actions. */
export const listActions: Tool = defineTool({
  name: 'list_actions',
  title: 'Actions',
  description:
    'Changes that are proposed, approved, under way, kept or taken back, the one that changed last first.',
  input: { target, state: z.string().max(20).optional().describe('Only in this state: proposed, kept, …') },
  output: {
    nextWindowMs: z
      .number()
      .nullable()
      .describe('When pgsteward may next act by itself; null when it may now'),
    actions: z.array(action),
  },
  list: 'actions',
  async run(given, { source }) {
    const { connection, settings } = targetOf(source, given.target);
    const view = await readActions({ ...source, settings }, connection.name);
    const actions = view.actions.filter(({ state }) => given.state === undefined || state === given.state);
    return {
      headline: countOf(actions.length, 'action'),
      target: connection.name,
      data: { ...view, actions },
      next: 'get_action for its ledger',
    };
  },
});

/** Shows one action. */
export const getAction: Tool = defineTool({
  name: 'get_action',
  title: 'One action',
  description: 'One change: what runs, undo, effect, risk, verdict, and its entries in the ledger.',
  input: { id },
  output: {
    action,
    ledger: z.array(
      z.object({
        number: z.number(),
        atMs: z.number(),
        event: z.string(),
        from: z.string().nullable(),
        to: z.string(),
        actor: z.string(),
        text: z.string(),
      }),
    ),
  },
  list: 'ledger',
  async run(given, { source }) {
    const found = unwrap(await findAction(source.store, given.id));
    const { connection } = targetOf(source, found.target);
    const ledger = await readLedger(source.store, { actionId: given.id });
    return {
      headline: `It is ${found.state}`,
      target: connection.name,
      data: { action: actionRow(found), ledger },
    };
  },
});

/** Proposes a change. */
export const proposeChange: Tool = defineTool({
  name: 'propose_change',
  title: 'Propose a change',
  description:
    'Proposes statements (create or drop an index, storage settings, …). Nothing runs: a person approves, or the owner’s policy does. Objects are named with their schema.',
  input: {
    target,
    statements: z.array(sql.max(10_000)).min(1).max(5),
    why: z.string().min(10).max(1_000).describe('For the person who decides: evidence and expected effect'),
  },
  output: { action },
  effect: 'proposes',
  async run(given, { source }) {
    const { connection, settings } = targetOf(source, given.target);
    const { statements, why } = given;
    const proposing = { target: connection.name, statements, why, by: source.actor };
    const proposed = unwrap(await proposeStatements({ ...source, settings }, proposing));
    await source.store.logAccess({ actor: source.actor, action: 'propose', subject: proposed.id });
    return {
      headline: `Action ${proposed.id} is proposed; nothing was changed`,
      target: connection.name,
      data: { action: actionRow(proposed) },
      next: `Ask a person to look at it: \`pgsteward approve ${proposed.id}\`, or \`pgsteward approve ${proposed.id} --token\` for a token that apply_change takes`,
    };
  },
});

/** Applies a change that a person approved. */
export const applyChange: Tool = defineTool({
  name: 'apply_change',
  title: 'Apply a change',
  description:
    'Applies a proposed change with an approval token that a person made for it; never ask for it before they read the proposal. It holds once, for this change as it reads now.',
  input: { id, token: z.string().min(1).max(200).describe('From the person') },
  output: { action },
  effect: 'changes',
  async run(given, { source, signal }) {
    const found = unwrap(await findAction(source.store, given.id));
    const at = targetOf(source, found.target);
    const approved = unwrap(
      await approveWithToken({ ...source, settings: at.settings }, given.id, given.token),
    );
    await source.store.logAccess({ actor: source.actor, action: 'apply', subject: approved.id });
    const done = await source.carryOut(approved, at, signal);
    return {
      headline: `It is ${done.state}`,
      target: at.connection.name,
      data: { action: actionRow(done) },
      next:
        done.state === 'failed'
          ? 'Nothing was left behind; its note says why, and a person may mend that and propose it again'
          : 'get_action for what becomes of it: its effect is measured, and it is taken back when it harms',
    };
  },
});
