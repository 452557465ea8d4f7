/** `node dist/check.js` ends with 1 when a tarball is not fit to be published, and says why. */

import { checkPackages } from './check-packages.js';

for (const { name, files, problems } of await checkPackages()) {
  console.log(`${problems.length === 0 ? 'ok  ' : 'FAIL'} ${name}: ${files} files`);
  for (const problem of problems) console.log(`     ${problem}`);
  if (problems.length > 0) process.exitCode = 1;
}
