/** Facts of AWS that age, as they stood on a day. Controls compare them with the day of collection. */
export interface FactTable {
  /** As controls name it: `facts_<name>`. */
  name: string;
  /** AWS's own page. */
  page: string;
  /** Where the rows were taken from, with its licence, where that is not the page. */
  source?: string;
  /** Day of what they were taken from, `2026-11-24`. What came later is in no row, and is not known. */
  taken: string;
  columns: readonly string[];
  rows: readonly (readonly (string | null)[])[];
}

/**
 * After so many days an end of support that AWS has named since may be reached: the shortest notice that it promises is
 * Amazon MQ's.
 * @see https://docs.aws.amazon.com/amazon-mq/latest/developer-guide/activemq-version-management.html
 */
export const FACTS_AGE_DAYS = 90;

/** Days between the day a table was taken and another. */
export const ageOf = ({ taken }: Pick<FactTable, "taken">, now: Date): number =>
  Math.floor((now.getTime() - Date.parse(taken)) / 86_400_000);
