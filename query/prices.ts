/**
 * What AWS asks for, in US dollars, as its price lists said on the day. Prices differ by region and change: what is
 * shown with them is an estimate.
 * @see https://aws.amazon.com/athena/pricing/
 */
export const PRICES = {
  asOf: "2026-11-24",
  athena: { perTerabyteScanned: 5, leastBytes: 10_000_000 },
} as const;

/** Dollars that Athena asks for a query. */
export const athenaPrice = (bytesScanned: number): number =>
  bytesScanned === 0 ? 0 : (Math.max(bytesScanned, PRICES.athena.leastBytes) / 1e12) * PRICES.athena.perTerabyteScanned;
