/**
 * What AWS asks for, in US dollars, entered by hand. Prices differ by region and change: what is shown with them is an
 * estimate. AWS's pages show most numbers only to a browser that runs their scripts, so that each was compared on the
 * day with what others quote from them: Athena's, Lambda's and S3's agree everywhere; of KMS the key's price is in AWS's
 * own text. Its table of requests, as quoted from the page and as AWS's calculator names its fields, has 0.15 for
 * asymmetric requests except RSA 2048, which Sign and GetPublicKey of an elliptic curve are; the 0.03 that some quote is
 * for symmetric keys and RSA 2048, and the 0.10 for ECC GenerateDataKeyPair. The free tier has none of them.
 * @see https://aws.amazon.com/athena/pricing/
 * @see https://aws.amazon.com/lambda/pricing/
 * @see https://aws.amazon.com/s3/pricing/
 * @see https://aws.amazon.com/kms/pricing/
 * @see https://aws.amazon.com/cloudwatch/pricing/
 * @see https://aws.amazon.com/cloudtrail/pricing/
 * @see https://aws.amazon.com/guardduty/pricing/
 */
export const PRICES = {
  asOf: "2026-11-25",
  region: "us-east-1",
  athena: { perTerabyteScanned: 5, leastBytes: 10_000_000 },
  /** Of functions on Graviton, without the free tier. */
  lambda: { perGigabyteSecond: 0.0000133334, perMillionRequests: 0.2 },
  /** Of the class Standard: a thousand PUT, COPY, POST or LIST requests; a thousand GET; a gigabyte kept for a month. */
  s3: { perThousandWrites: 0.005, perThousandReads: 0.0004, perGigabyteMonth: 0.023 },
  /** A metric that an alarm watches, and a metric of one's own, each for a month; a dashboard of more than fifty metrics. */
  cloudWatch: { perAlarmMonth: 0.1, perMetricMonth: 0.3, perDashboardMonth: 3 },
  /** A hundred thousand events of management that a further trail records: the first copy is free. */
  cloudTrail: { perHundredThousandEvents: 2 },
  /** A million events of management that GuardDuty reads. */
  guardDuty: { perMillionEvents: 4 },
  /** Ten thousand requests that concern an elliptic-curve key; a key for a month. */
  kms: { perTenThousandRequests: 0.15, perKeyMonth: 1 },
} as const;

/** Dollars that Athena asks for a query. */
export const athenaPrice = (bytesScanned: number): number =>
  bytesScanned === 0 ? 0 : (Math.max(bytesScanned, PRICES.athena.leastBytes) / 1e12) * PRICES.athena.perTerabyteScanned;
