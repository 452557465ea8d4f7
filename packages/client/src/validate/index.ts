/** Validation in the client. The only part of it that brings the contract and zod. */

export { validator } from './validator.js';
