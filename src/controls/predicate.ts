import { type CastType, type Comparison, type Expression, parseQuery, pathSteps, type SqlValue } from "./expression.ts";

export type SqlRow = Readonly<Record<string, SqlValue>>;

/** What a control says of one resource that it looks at. */
export interface Judgement {
  /** Null: the resource does not tell. */
  passes: boolean | null;
  reason: string | null;
}

/**
 * A control's query as a function of one resource's row, for where there is no database; null is what it is in SQL.
 * @returns what answers undefined for a resource that the control does not look at
 * @throws PredicateError naming the word of the query that is too much
 */
export function predicateOf(sql: string): { judge: (row: SqlRow) => Judgement | undefined; columns: string[] } {
  const { passes, reason, where, columns } = parseQuery(sql);
  return {
    columns,
    judge: (row) => {
      if (where && valueIn(where, row) !== true) return undefined;
      const holds = valueIn(passes, row);
      const why = valueIn(reason, row);
      return { passes: typeof holds === "boolean" ? holds : null, reason: why === null ? null : String(why) };
    },
  };
}

function valueIn(expression: Expression, row: SqlRow): SqlValue {
  switch (expression.is) {
    case "constant":
      return expression.value;
    case "column":
      return row[expression.name] ?? null;
    case "json":
      return scalarAt(valueIn(expression.of, row), expression.path);
    case "first":
      return expression.of.map((each) => valueIn(each, row)).find((value) => value !== null) ?? null;
    case "not": {
      const value = valueIn(expression.of, row);
      return value === null ? null : value !== true;
    }
    case "null":
      return valueIn(expression.of, row) === null;
    case "cast": {
      const value = valueIn(expression.of, row);
      return value === null ? null : CASTS[expression.to](value);
    }
  }
  const [left, right] = [valueIn(expression.left, row), valueIn(expression.right, row)];
  // In SQL, null AND false is false, and null OR true is true.
  if (expression.is === "and")
    return left === false || right === false ? false : left === null || right === null ? null : true;
  if (expression.is === "or")
    return left === true || right === true ? true : left === null || right === null ? null : false;
  if (left === null || right === null) return null;
  return expression.is === "joined" ? `${left}${right}` : compared(expression.operator, left, right);
}

/** As TRY_CAST: what does not convert is null. */
const CASTS: Record<CastType, (value: string | number | boolean) => SqlValue> = {
  varchar: String,
  double: (value) => (value === "" || Number.isNaN(Number(value)) ? null : Number(value)),
  bigint: (value) => {
    const whole = typeof value !== "string" || /^[+-]?\d+$/.test(value) ? Math.round(Number(value)) : Number.NaN;
    return Math.abs(whole) < BIGINT_END ? whole : null;
  },
};
const BIGINT_END = 2 ** 63;

function compared(operator: Comparison, left: string | number | boolean, right: string | number | boolean): boolean {
  switch (operator) {
    case "=":
      return left === right;
    case "<>":
      return left !== right;
    case "<":
      return left < right;
    case "<=":
      return left <= right;
    case ">":
      return left > right;
    case ">=":
      return left >= right;
  }
}

/** As Trino's function: what is no scalar at the path is null, and a scalar is text. */
function scalarAt(json: SqlValue, path: string): string | null {
  if (json === null) return null;
  let value: unknown;
  try {
    value = JSON.parse(String(json));
  } catch {
    return null;
  }
  for (const step of pathSteps(path)) {
    if (value === null || typeof value !== "object" || !Object.hasOwn(value, step)) return null;
    value = (value as Record<string, unknown>)[step];
  }
  return value === null || value === undefined || typeof value === "object" ? null : String(value);
}
