import { bodyLimit } from 'hono/body-limit';
import { HTTP_SETTINGS, type Service } from '../../app/index.ts';
import type { A2aResponder } from '../a2a/index.ts';
import { type Access, isOwnHost } from './access.ts';
import { addressOf, guardPrograms, type ProgramApp, sourceOf } from './program-gate.ts';
import { type WhenAsked, whenAsked } from './when-asked.ts';

const PATH = '/a2a';
const CARD_PATH = '/.well-known/agent-card.json';
const MOST_BYTES = 1_048_576;

/**
 * Lets other agents in to the A2A server: with the token of programs, or with that of a viewer, who may read, or of an
 * operator, who may also propose. The agent card is for everybody whom the server answers.
 * @source A2A specification 1.0, "Agent Discovery: The Well-Known URI", "Authentication and Authorization"
 * @returns what ends it
 * @throws HTTP.TOKEN_REUSED
 */
export function mountA2a(
  app: ProgramApp,
  service: Service,
  access: Access,
): Pick<WhenAsked<A2aResponder>, 'close'> {
  const needsToken = !access.isOpen || service.settings.get(HTTP_SETTINGS.mcpToken) !== '';
  const responder = whenAsked(async () => {
    const { createA2aResponder } = await import('../a2a/index.ts');
    return createA2aResponder(sourceOf(service, 'a2a'), needsToken);
  });
  guardPrograms(app, { path: PATH, service, access, isForPeople: true });
  const onError = () => Response.json({ error: 'a message is at most 1 MB' }, { status: 413 });
  app.post(PATH, bodyLimit({ maxSize: MOST_BYTES, onError }), async (c) =>
    (await responder.get()).fetch(c.req.raw, c.get('actor')),
  );
  app.all(PATH, (c) => c.json({ error: `messages are posted; ${CARD_PATH} says how` }, 405));
  app.get(CARD_PATH, async (c) => {
    if (access.isOpen && !isOwnHost(c.req.header('host'))) {
      return c.json({ error: 'this server answers to localhost only' }, 403);
    }
    return c.json((await responder.get()).card(addressOf(c, PATH)), 200, { 'cache-control': 'no-cache' });
  });
  return responder;
}
