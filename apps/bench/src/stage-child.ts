/** The other end of `stage-process.ts`: starts the stage that its argument names, tells where it is, and ends with the channel. */

import { startStage } from '@org/gateway-local';

const stage = await startStage({ assembly: process.argv[2] as string });
const { restUrl = '', awsUrl, outputs, operator, environment, issuer } = stage;
const token = await issuer?.tokenFor('ada', { expiresInSeconds: 86_400 });
process.send?.({ restUrl, awsUrl, outputs, operator, region: environment.region, token });
process.once('disconnect', () => void stage.close());
