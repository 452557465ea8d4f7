/**
 * Paired runs: contestants take turns in short rounds, in one process, so that what disturbs one disturbs all; a ratio is the median of
 * the rounds' own ratios. CPU time is process time (garbage collector and compiler threads included), because wall time on a shared
 * machine says little.
 */

/** A contestant's round: runs the work `times` times. */
export type Round = (times: number) => Promise<void>;

export interface PairedResult {
  readonly name: string;
  /** Median CPU microseconds per piece of work. */
  readonly cpuMicros: number;
  /** The same of the round that was disturbed least. */
  readonly bestMicros: number;
  /** Median over rounds of CPU over the baseline's CPU in the same round. */
  readonly ratio: number;
  /** Middle half of the rounds' ratios. */
  readonly spread: readonly [number, number];
}

/** Runs all contestants `rounds` times; the first is the baseline. A tenth of the rounds, at least three, warm up first. */
export async function paired(
  contestants: Readonly<Record<string, Round>>,
  { rounds, times }: { rounds: number; times: number },
): Promise<readonly PairedResult[]> {
  const names = Object.keys(contestants);
  const micros = new Map<string, number[]>(names.map((name) => [name, []]));
  const warmup = Math.max(3, Math.floor(rounds / 10));
  for (let round = 0; round < rounds + warmup; round += 1) {
    for (const name of names) {
      const before = process.cpuUsage();
      await contestants[name]?.(times);
      const { user, system } = process.cpuUsage(before);
      if (round >= warmup) micros.get(name)?.push((user + system) / times);
    }
  }
  const baseline = micros.get(names[0] as string) as number[];
  return names.map((name) => {
    const own = micros.get(name) as number[];
    const ratios = own.map((value, at) => value / (baseline[at] as number)).sort((a, b) => a - b);
    const sorted = [...own].sort((a, b) => a - b);
    return {
      name,
      cpuMicros: quantile(sorted, 0.5),
      bestMicros: quantile(sorted, 0),
      ratio: quantile(ratios, 0.5),
      spread: [quantile(ratios, 0.25), quantile(ratios, 0.75)],
    };
  });
}

/** A quantile of sorted numbers. */
export function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
}

/** A table for the terminal. */
export function printPaired(title: string, results: readonly PairedResult[]): void {
  console.log(`\n${title}`);
  for (const { name, cpuMicros, ratio, spread } of results) {
    console.log(
      `  ${name.padEnd(28)} ${cpuMicros.toFixed(1).padStart(9)} µs CPU   ${ratio.toFixed(2)}x  (${spread[0].toFixed(2)}-${spread[1].toFixed(2)})`,
    );
  }
}
