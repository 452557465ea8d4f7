/**
 * The store that answers questions about the documents: which of AWS's services it is, the stage's settings say.
 */

import { answers } from '@org/gateway-server/service';

export const Help = answers('Help');
