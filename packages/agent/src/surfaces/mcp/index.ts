/**
 * The MCP server: what a language model may ask of pgsteward and propose to it, over stdio and, in the daemon, over HTTP.
 * Parses arguments strictly, calls the app, answers with structured values of at most 32 KB. Holds no SQL and no
 * threshold. It reads with the reading role, can propose a change and never approve one: the token that does is made by
 * a person elsewhere and stands in no answer. What makes and bounds its answers serves A2A too.
 */
export { defineTool } from './define-tool.ts';
export { target, targetOf } from './inputs.ts';
export { action, event, finding, objective, query, unavailable } from './outputs.ts';
export { PLAYBOOKS, type PlaybookName } from './playbooks.ts';
export { createMcpResponder, type McpResponder } from './server.ts';
export { serveMcp } from './stdio.ts';
export { listActions, proposeChange } from './tools/actions.ts';
export { countsOf, findingsOf, getHealth, listFindings, NO_LOOK } from './tools/health.ts';
export { getLoad, getLocks, getReplication } from './tools/load.ts';
export { getIndexHealth, getTableHealth } from './tools/objects.ts';
export { topQueries } from './tools/queries.ts';
export type { Call, McpSource, McpTarget, Tool } from './types.ts';
