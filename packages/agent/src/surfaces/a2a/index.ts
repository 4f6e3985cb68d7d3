/**
 * The A2A server: pgsteward as an agent to which another one delegates. Takes messages of the Agent2Agent protocol
 * (JSON-RPC, answered at once or as a stream) from callers that were let in, gives tasks with progress and one artifact.
 * Its skills are made and bounded as the tools of MCP are; it decides nothing about who may come in, and applies nothing.
 */
export { type A2aResponder, type Caller, createA2aResponder } from './responder.ts';
