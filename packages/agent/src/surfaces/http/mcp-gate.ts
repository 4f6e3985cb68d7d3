import type { Service } from '../../app/index.ts';
import type { McpResponder } from '../mcp/index.ts';
import type { Access } from './access.ts';
import { guardPrograms, type ProgramApp, sourceOf } from './program-gate.ts';
import { type WhenAsked, whenAsked } from './when-asked.ts';

const PATH = '/mcp';

/**
 * Lets programs in to the MCP server. Tokens of people do not open it: a model shall hold none with which it could approve.
 * @returns what ends it
 * @throws HTTP.TOKEN_REUSED
 */
export function mountMcp(
  app: ProgramApp,
  service: Service,
  access: Access,
): Pick<WhenAsked<McpResponder>, 'close'> {
  const responder = whenAsked(async () => {
    const { createMcpResponder } = await import('../mcp/index.ts');
    return createMcpResponder(sourceOf(service, 'mcp'));
  });
  guardPrograms(app, { path: PATH, service, access, isForPeople: false });
  app.all(PATH, async (c) => (await responder.get()).fetch(c.req.raw));
  return responder;
}
