/**
 * `node dist/generate.js [--check]`: writes `iam.lock.json` from the declarations; with `--check` it writes nothing and fails when the
 * committed file is another.
 */

import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { declarations } from './apps-declarations.js';
import { IAM_LOCK_FILE, iamLockText, lockTemplates } from './iam-lock.js';

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const text = iamLockText(lockTemplates(declarations));
if (!values.check) {
  await writeFile(IAM_LOCK_FILE, text);
} else if ((await readFile(IAM_LOCK_FILE, 'utf8').catch(() => '')) !== text) {
  console.error('[IAM] iam.lock.json is stale: rights changed; if that was meant, run "node dist/generate.js" and commit it');
  process.exitCode = 1;
}
