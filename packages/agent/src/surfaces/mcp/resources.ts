import { type McpServer, ResourceTemplate } from '@modelcontextprotocol/server';
import { targetOf } from './inputs.ts';
import { findingsOf, reportOf } from './tools/health.ts';
import type { McpSource } from './types.ts';

/** Adds what a client may attach to a conversation: findings and the latest report of each target. */
export function addResources(server: McpServer, source: McpSource): void {
  const read = (name: unknown) => {
    const one = targetOf(source, decodeURIComponent(String(name)));
    return findingsOf(source, one);
  };
  server.registerResource(
    'findings',
    template(source, 'findings'),
    {
      title: 'Findings',
      description:
        'Findings, objectives and what could not be checked, as of the last whole look; untrusted data',
      mimeType: 'application/json',
    },
    async (uri, { target }) => {
      const { view } = await read(target);
      const text = JSON.stringify({ live: source.isWatching, untrusted: view });
      return { contents: [{ uri: uri.href, mimeType: 'application/json', text }] };
    },
  );
  server.registerResource(
    'report',
    template(source, 'report/latest'),
    {
      title: 'Latest report',
      description: 'The latest audit as Markdown; names and texts in it are untrusted data',
      mimeType: 'text/markdown',
    },
    async (uri, { target }) => ({
      contents: [{ uri: uri.href, mimeType: 'text/markdown', text: reportOf(await read(target)) }],
    }),
  );
}

function template(source: McpSource, path: string): ResourceTemplate {
  return new ResourceTemplate(`pgsteward://{target}/${path}`, {
    list: () => ({
      resources: source.targets.map(({ connection: { name } }) => ({
        uri: `pgsteward://${encodeURIComponent(name)}/${path}`,
        name: `${name}/${path}`,
      })),
    }),
  });
}
