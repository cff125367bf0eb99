/** What may stand in a field of a cron expression. @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html */
interface Field {
  name: string;
  least: number;
  most: number;
  /** Names of the values, from the least on. */
  names?: readonly string[];
  /** What else one element of the field may be. */
  also?: RegExp;
}

const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
const FIELDS: readonly Field[] = [
  { name: "minutes", least: 0, most: 59 },
  { name: "hours", least: 0, most: 23 },
  { name: "day of month", least: 1, most: 31, also: /^(\?|L|LW|L-\d{1,2}|([1-9]|[12]\d|3[01])W)$/ },
  { name: "month", least: 1, most: 12, names: MONTHS },
  { name: "day of week", least: 1, most: 7, names: DAYS, also: /^(\?|([1-7]|[A-Z]{3})?L|([1-7]|[A-Z]{3})#[1-5])$/ },
  { name: "year", least: 1970, most: 2199 },
];
const EXPECTED = "daily, off, rate(12 hours) or cron(0 3 * * ? *) is expected";

/** Says what is wrong with an expression of EventBridge Scheduler; undefined for one that it takes. */
export function expressionProblem(expression: string): string | undefined {
  const rate = /^rate\((\d+) (?:minute|hour|day)s?\)$/.exec(expression);
  if (rate) return Number(rate[1]) > 0 ? undefined : `${expression}: a rate is 1 or more`;
  const cron = /^cron\((\S+(?: \S+){5})\)$/.exec(expression);
  if (!cron) return EXPECTED;
  const given = cron[1]!.split(" ");
  for (const [index, field] of FIELDS.entries()) {
    const wrong = given[index]!.split(",").find((element) => !isElement(element.toUpperCase(), field));
    if (wrong !== undefined)
      return `${expression}: ${JSON.stringify(wrong)} is no ${field.name}, which goes from ${field.least} to ${field.most}`;
  }
  if ((given[2] === "?") === (given[4] === "?"))
    return `${expression}: one of day of month and day of week, and not both, must be ?`;
  return undefined;
}

function isElement(element: string, field: Field): boolean {
  if (field.also?.test(element)) return true;
  const [range = "", step] = element.split("/");
  if (element.split("/").length > 2 || (step !== undefined && !/^[1-9]\d*$/.test(step))) return false;
  if (range === "*") return true;
  const ends = range.split("-");
  return ends.length <= 2 && ends.every((end) => isValue(end, field));
}

function isValue(text: string, { least, most, names = [] }: Field): boolean {
  if (names.includes(text)) return true;
  return /^\d+$/.test(text) && Number(text) >= least && Number(text) <= most;
}
