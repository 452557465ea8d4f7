/** What the apps declare: the services and workers of `apps/api`. */

import { services, workers } from '@org/api/services';
import type { Declarations } from './declarations.js';

export const declarations: Declarations = { services, workers };
