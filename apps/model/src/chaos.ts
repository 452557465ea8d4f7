/**
 * Faults that come by themselves: to a client's network, to its page, to its connection, to the log. Each kind has a process of its own for
 * each client, and when faults are over everything is put right again.
 */

import type { World } from './backend.js';
import type { TimeFault } from './faults.js';
import type { Session } from './session.js';

/** A client that may be reloaded: its page changes. */
export interface Target {
  session(): Session;
  reload(): void;
}

const HOUR_MS = 3_600_000;

type Trouble = (target: Target) => void | Promise<void>;

/** Lets faults come until they are over. */
export function unleash(world: World, targets: readonly Target[], cut: () => void, loseEpoch: () => void): void {
  const { simulator, random, faults, trace } = world;
  const lasting = (minMs: number, maxMs: number) => simulator.sleep(random.between(minMs, maxMs));
  const troubles: Partial<Record<TimeFault, Trouble>> = {
    'link reset': (target) => target.session().network.reset(),
    'link half-open': (target) => target.session().network.halfOpen(),
    'link deaf': (target) => target.session().network.block('up', random.between(1_000, 40_000)),
    'link mute': (target) => target.session().network.block('down', random.between(1_000, 40_000)),
    'link slow': (target) => target.session().network.slow(random.between(5, 60), random.between(5_000, 60_000)),
    'page offline': async (target) => {
      const { network, page } = target.session();
      network.setOffline(true);
      page.dispatch(() => page.tell('offline'));
      await lasting(500, 200_000);
      goOnline({ network, page });
    },
    'page hidden': async (target) => {
      const { page } = target.session();
      page.hide();
      await lasting(5_000, 400_000);
      if (!page.isFrozen) page.show();
    },
    'page frozen': async (target) => {
      const { page } = target.session();
      page.hide();
      page.tell('freeze');
      page.freeze();
      await lasting(2_000, 300_000);
      wake(page, () => page.tell('resume'));
    },
    'page cached': async (target) => {
      const { page, network } = target.session();
      page.hide();
      page.tell('pagehide', { persisted: true });
      page.freeze();
      network.closeAll();
      await lasting(2_000, 300_000);
      wake(page, () => page.tell('pageshow', { persisted: true }));
    },
    'client reloaded': (target) => target.reload(),
  };
  const haunt = async (fault: TimeFault, strike: () => void | Promise<void>) => {
    const perHour = faults.perHour(fault);
    if (perHour === 0) return;
    for (;;) {
      await simulator.sleep(random.wait(HOUR_MS / perHour));
      if (faults.isOver) return;
      faults.count(fault);
      trace.note('chaos', fault);
      await strike();
    }
  };
  for (const target of targets)
    for (const [fault, trouble] of Object.entries(troubles)) void haunt(fault as TimeFault, () => trouble(target));
  void haunt('connection cut', cut);
  void haunt('epoch lost', loseEpoch);
}

/** Puts a client right. It is told of what it would be told of, and of nothing else. */
export function heal(session: Session): void {
  const { page, network } = session;
  network.block('up', 0);
  network.block('down', 0);
  network.slow(1, 0);
  wake(page, () => page.tell('resume'));
  goOnline(session);
}

function goOnline({ network, page }: Pick<Session, 'network' | 'page'>): void {
  if (!network.isOffline) return;
  network.setOffline(false);
  page.dispatch(() => page.tell('online'));
}

function wake(page: Session['page'], tell: () => void): void {
  const wasFrozen = page.isFrozen;
  page.thaw();
  page.dispatch(() => {
    if (wasFrozen) tell();
    page.show();
  });
}
