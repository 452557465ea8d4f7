/** Errors: the class both sides use, the code table, the wire shape. No zod. */

// For the packages that write and read the wire.
export { ERROR_CODES, type ErrorCode, isErrorCode } from './code.js';
export { type ErrorData, type ErrorShape, type ErrorShapeParts, errorShape } from './error-shape.js';
export type { ClientErrorCode } from './gateway-error.js';
// For applications.
export { GatewayError, type GatewayErrorOptions } from './gateway-error.js';
