/**
 * Every right that some `uses` gives is needed: without it exactly the probe of that right is denied, with an explanation that names the line
 * to add, while other services go on. Which rights there are is asked of the stage; which probe needs which is written by hand, in
 * `permission-probes.ts`. Local only: rights are taken away from stages of this file's own.
 */

import type { UnusedGrant } from '@org/gateway-local';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { eventually } from './eventually.js';
import { ASSEMBLIES, type OwnStage, startOwnStage } from './own-stage.js';
import { type PermissionFixture, permissionFixture } from './permission-fixture.js';
import { PROBES, PROBES_OF_EVERYTHING, type Probe } from './permission-probes.js';
import { isOfUses, rightName } from './right-name.js';
import { noteUnused } from './unused-grants.js';

const { local } = inject('stage');

function describeRights(name: string, assembly: string, probes: readonly Probe[], isProbedElsewhere: (right: string) => boolean): void {
  describe.runIf(local)(`a right on the stage ${name}`, () => {
    let own: OwnStage;
    let fixture: PermissionFixture;
    let rights: ReadonlyMap<string, UnusedGrant>;
    const missed = new Set<string>();
    beforeAll(async () => {
      own = await startOwnStage({ assembly });
      // Nothing was used yet: these are all of them.
      const all = own.stage.unusedGrants().map((right) => [rightName(right), right] as const);
      rights = new Map(all.filter(([right]) => isOfUses(right) && !isProbedElsewhere(right)));
      fixture = await permissionFixture(own);
    }, 120_000);
    afterAll(async () => {
      // What was missed was needed, whether or not it was used too.
      if (assembly === ASSEMBLIES.local)
        await noteUnused(
          inject('usageFolder'),
          own.stage.unusedGrants().filter((right) => !missed.has(rightName(right))),
        );
      await own?.close();
    });

    it('has a probe, and every probe a right', () => {
      expect(probes.map(({ right }) => right).sort()).toEqual([...rights.keys()].sort());
    });

    it.each(probes)('is needed, and missed with an explanation: $right', async ({ right, outcome, run }) => {
      const { role, action, resource } = rights.get(right) ?? missing(right);
      const giveBack = own.stage.withhold({ role, action, resource });
      const denials = () => own.stage.decisions(1_000).filter(({ allowed }) => !allowed);
      const before = new Set(denials());
      const since = () => denials().filter((each) => !before.has(each) && !fixture.tookAway(each));
      try {
        const result = await run(fixture).then(
          () => 'succeeded',
          (cause: { readonly code?: string }) => cause.code ?? String(cause),
        );
        expect(result).toMatch(outcome === 'fails' ? /^(INTERNAL_SERVER_ERROR|FAILED_DEPENDENCY)$/ : /^succeeded$/);
        const { message } = await eventually(() => since()[0]);
        expect(message).toContain(`is not authorized to perform: ${action} on resource: `);
        expect(message).toContain(`the role ${role} has no statement with ${action} on `);
        if (action !== 'sts:AssumeRole')
          expect(message).toMatch(/add '\w+'( or '\w+')* to \w+(\(\w+\))?\.allow\(…\) in the uses of \w+ \(apps\/api/);
        // Nothing else is missed: other roles, and what else this one may do, go on.
        expect(new Set(since().map((each) => `${each.role} ${each.action}`))).toEqual(new Set([`${role} ${action}`]));
        missed.add(right);
        expect(await own.gateway.system.health.query()).toMatchObject({ status: 'ok' });
      } finally {
        giveBack();
        await fixture.repair();
      }
    });
  });
}

function missing(right: string): never {
  throw new Error(`no role of the stage has the right "${right}"; change or remove its row in permission-probes.ts`);
}

const probed = new Set(PROBES.map(({ right }) => right));
describeRights('local', ASSEMBLIES.local, PROBES, () => false);
describeRights('everything', ASSEMBLIES.everything, PROBES_OF_EVERYTHING, (right) => probed.has(right));
