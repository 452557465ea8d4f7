/** Knowledge bases of Bedrock as a service of the stage: loaded for an assembly that imports one by id. */
import type { ServiceModule } from '../service-module.js';

export const KNOWLEDGE_BASE_TYPE = 'AWS::Bedrock::KnowledgeBase';

export const bedrockModule: ServiceModule = {
  // Clients of `bedrock-agent` and `bedrock-agent-runtime` both sign so.
  signingNames: ['bedrock'],
  types: [KNOWLEDGE_BASE_TYPE],
  whenCalled: true,
  start: async (parts) => (await import('./service.js')).startBedrock(parts),
};
