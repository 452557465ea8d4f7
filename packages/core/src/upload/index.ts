/** Uploads straight to a bucket, as procedures of a service. Their types are in the package's index, which needs no zod. */

// For teams that write a contract.
export { FileKey, FileName, MediaType, MissingFile, OtherSize, Sha256, SignedHeaders, UploadedFile } from './schemas.js';
export { MAX_ONE_REQUEST_BYTES, type UploadDefinition, upload } from './upload.js';
