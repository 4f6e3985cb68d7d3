import { A2A_PROTOCOL_VERSION, type AgentCard, type SecurityScheme } from '@a2a-js/sdk';
import { skills } from './skills.ts';

const SCHEME = 'bearer';
const MODES = ['text/plain', 'application/json'];

const BEARER: SecurityScheme = {
  scheme: {
    $case: 'httpAuthSecurityScheme',
    value: {
      description: 'The token of http.mcp-token, or that of a viewer or an operator',
      scheme: 'Bearer',
      bearerFormat: '',
    },
  },
};

/** Describes pgsteward to other agents: the same for everybody, with nothing about targets. */
export function agentCard(options: {
  readonly version: string;
  /** Address of the endpoint, as the reader reaches it. */
  readonly url: string;
  readonly needsToken: boolean;
}): AgentCard {
  const { version, url, needsToken } = options;
  return {
    name: 'pgsteward',
    description:
      'Watches PostgreSQL databases, finds what holds them back with evidence, and proposes changes that a person or the owner’s policy approves. It cannot be told to approve them.',
    supportedInterfaces: [
      { url, protocolBinding: 'JSONRPC', protocolVersion: A2A_PROTOCOL_VERSION, tenant: '' },
    ],
    provider: undefined,
    version,
    capabilities: { streaming: true, pushNotifications: false, extendedAgentCard: false, extensions: [] },
    securitySchemes: needsToken ? { [SCHEME]: BEARER } : {},
    securityRequirements: needsToken ? [{ schemes: { [SCHEME]: { list: [] } } }] : [],
    defaultInputModes: MODES,
    defaultOutputModes: MODES,
    skills: skills.map(({ id, tool, tags, examples }) => ({
      id,
      name: tool.title,
      description: tool.description,
      tags: [...tags],
      examples: [...examples],
      inputModes: [],
      outputModes: [],
      securityRequirements: [],
    })),
    signatures: [],
  };
}
