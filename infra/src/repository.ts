/** Where the repository is. Paths in source maps, metafiles and settings start here, whoever bundles. */

import { fileURLToPath } from 'node:url';

export const REPOSITORY: string = fileURLToPath(new URL('../../', import.meta.url));
