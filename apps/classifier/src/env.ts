/** The port to listen on: SageMaker sets `SAGEMAKER_BIND_TO_PORT` in some containers, and expects 8080 otherwise. */

/** @throws Error for a value that is no port */
export function bindPort(variables: Readonly<Record<string, string | undefined>> = process.env): number {
  const text = variables.SAGEMAKER_BIND_TO_PORT ?? '8080';
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new Error(`SAGEMAKER_BIND_TO_PORT: got "${text}", expected a port from 0 to 65535`);
}
