/** The API Gateway stage of both APIs. Deployment stages (`dev`, `production`) are stacks of their own, so this one never varies. */
export const STAGE_NAME = 'prod';
