/**
 * Megabytes of an auditor's function, of which its share of a processor follows: where the time and the money of an
 * ordinary and of a full task are least together, by `npm run bench -- --only memorySize` (docs/performance.md).
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
 */
export const AUDITOR_MEMORY = 1024;
