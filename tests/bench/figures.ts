/** One figure, taken once in each round. */
export type Series = readonly number[];

export const median = (series: Series): number => {
  const sorted = [...series].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
};

/** Of two figures that were taken in the same rounds, minute by minute on the same machine: what a ratio is good for. */
export const ratios = (a: Series, b: Series): number[] =>
  a.map((value, round) => value / (b[round] ?? Number.NaN));

export function percentile(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

/** `0.91 (0.88 to 0.95)`: the median, and between what the rounds were. */
export function spread(series: Series, digits = 2): string {
  const [low, high] = [Math.min(...series), Math.max(...series)];
  return `${show(median(series), digits)} (${show(low, digits)} to ${show(high, digits)})`;
}

export const show = (value: number, digits = 0): string =>
  value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
