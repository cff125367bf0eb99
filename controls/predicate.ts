/** A value of a row, as the tables have it. */
export type SqlValue = string | number | boolean | null;
export type SqlRow = Readonly<Record<string, SqlValue>>;
type Expression = (row: SqlRow) => SqlValue;

/** What a control says of one resource that it looks at. */
export interface Judgement {
  /** Null: the resource does not tell. */
  passes: boolean | null;
  reason: string | null;
}

/** A query that asks for more than one resource's own columns: it needs a database. */
export class PredicateError extends Error {}

/**
 * A control's query as a function of one resource's row, for where there is no database. It takes queries of the form
 * `SELECT … AS passes, … AS reason FROM latest_<table> d [WHERE …]` with comparisons, `AND`, `OR`, `NOT`, `IS NULL`,
 * `IN`, `||`, `CAST`, `coalesce` and `json_extract_scalar`, and null is what it is in SQL. All else is refused.
 * @returns what answers undefined for a resource that the control does not look at
 * @throws PredicateError naming the word that is too much
 */
export function predicateOf(sql: string): { judge: (row: SqlRow) => Judgement | undefined; columns: string[] } {
  const parser = new Parser(sql);
  const { passes, reason, where } = parser.query();
  return {
    columns: [...parser.columns],
    judge: (row) => {
      if (where && where(row) !== true) return undefined;
      const holds = passes(row);
      const why = reason(row);
      return { passes: typeof holds === "boolean" ? holds : null, reason: why === null ? null : String(why) };
    },
  };
}

const TOKEN = /\s*(?:('(?:[^']|'')*')|(\d+(?:\.\d+)?)|([a-zA-Z_][\w.]*)|(\|\||<>|<=|>=|[=<>(),]))/y;

class Parser {
  readonly columns = new Set<string>();
  private readonly tokens: string[] = [];
  private at = 0;

  constructor(sql: string) {
    const text = sql.trim();
    TOKEN.lastIndex = 0;
    while (TOKEN.lastIndex < text.length) {
      const from = TOKEN.lastIndex;
      const match = TOKEN.exec(text);
      if (!match) throw new PredicateError(`${text.slice(from, from + 20).trim()} is not understood`);
      this.tokens.push(match[0].trim());
    }
  }

  query(): { passes: Expression; reason: Expression; where: Expression | undefined } {
    this.expect("SELECT");
    const selected = new Map<string, Expression>();
    do {
      const known = [...this.columns];
      const name = this.tokens[this.at]!;
      const expression = this.or();
      const alias = this.take("AS") ? this.next().toLowerCase() : name;
      selected.set(alias, expression);
      // What identifies the resource is no matter of the judgement.
      if (alias !== "passes" && alias !== "reason") {
        this.columns.clear();
        for (const each of known) this.columns.add(each);
      }
    } while (this.take(","));
    this.expect("FROM");
    this.next();
    this.expect("d");
    const where = this.take("WHERE") ? this.or() : undefined;
    if (this.at < this.tokens.length)
      throw new PredicateError(`${this.tokens[this.at]} is more than one resource tells`);
    const [passes, reason] = [selected.get("passes"), selected.get("reason")];
    if (!passes || !reason) throw new PredicateError("passes and reason are expected");
    return { passes, reason, where };
  }

  private peek = (word: string): boolean => this.tokens[this.at]?.toUpperCase() === word.toUpperCase();
  private take(word: string): boolean {
    const found = this.peek(word);
    if (found) this.at++;
    return found;
  }
  private expect(word: string): void {
    if (!this.take(word))
      throw new PredicateError(`${word} is expected, and ${this.tokens[this.at] ?? "the end"} is there`);
  }
  private next(): string {
    const token = this.tokens[this.at++];
    if (token === undefined) throw new PredicateError("the query ends too early");
    return token;
  }

  private or(): Expression {
    let left = this.and();
    while (this.take("OR")) left = either(left, this.and());
    return left;
  }
  private and(): Expression {
    let left = this.not();
    while (this.take("AND")) left = both(left, this.not());
    return left;
  }
  private not(): Expression {
    return this.take("NOT") ? opposite(this.not()) : this.comparison();
  }
  private comparison(): Expression {
    const left = this.joined();
    const operator = ["=", "<>", "<", "<=", ">", ">="].find((each) => this.take(each));
    if (operator) return compared(operator, left, this.joined());
    if (this.take("IS")) {
      const isNull: Expression = (
        (not) => (row: SqlRow) =>
          (left(row) === null) !== not
      )(this.take("NOT"));
      this.expect("NULL");
      return isNull;
    }
    const negated = this.peek("NOT") && this.tokens[this.at + 1]?.toUpperCase() === "IN" && this.take("NOT");
    if (this.take("IN")) {
      const among = this.list()
        .map((each) => compared("=", left, each))
        .reduce(either);
      return negated ? opposite(among) : among;
    }
    return left;
  }
  private joined(): Expression {
    let left = this.primary();
    while (this.take("||")) {
      const [before, after] = [left, this.primary()];
      left = (row) => {
        const [a, b] = [before(row), after(row)];
        return a === null || b === null ? null : `${a}${b}`;
      };
    }
    return left;
  }
  private list(): Expression[] {
    this.expect("(");
    const all = [this.or()];
    while (this.take(",")) all.push(this.or());
    this.expect(")");
    return all;
  }
  private primary(): Expression {
    if (this.peek("(")) {
      const [only, ...more] = this.list();
      if (more.length) throw new PredicateError("a list is more than one value");
      return only!;
    }
    const token = this.next();
    if (token.startsWith("'")) return constant(token.slice(1, -1).replaceAll("''", "'"));
    if (/^\d/.test(token)) return constant(Number(token));
    const word = token.toLowerCase();
    if (word === "true" || word === "false") return constant(word === "true");
    if (word === "null") return constant(null);
    if (word === "cast") return this.cast();
    if (word === "coalesce") {
      const all = this.list();
      return (row) => all.map((each) => each(row)).find((value) => value !== null) ?? null;
    }
    if (word === "json_extract_scalar") {
      const [json, path] = this.list();
      return (row) => scalarAt(json!(row), String(path!(row)));
    }
    const [, column] = /^d\.(\w+)$/.exec(word) ?? [];
    if (!column) throw new PredicateError(`${token} is more than one resource tells`);
    this.columns.add(column);
    return (row) => row[column] ?? null;
  }
  private cast(): Expression {
    this.expect("(");
    const value = this.or();
    this.expect("AS");
    const type = this.next().toLowerCase();
    this.expect(")");
    const convert = CASTS[type];
    if (!convert) throw new PredicateError(`CAST AS ${type} is not understood`);
    return (row) => {
      const given = value(row);
      return given === null ? null : convert(given);
    };
  }
}

const CASTS: Record<string, (value: string | number | boolean) => SqlValue> = {
  varchar: String,
  double: Number,
  bigint: (value) => Math.round(Number(value)),
};

const constant =
  (value: SqlValue): Expression =>
  () =>
    value;

// In SQL, null AND false is false, and null OR true is true.
const both =
  (a: Expression, b: Expression): Expression =>
  (row) => {
    const [left, right] = [a(row), b(row)];
    return left === false || right === false ? false : left === null || right === null ? null : true;
  };
const either =
  (a: Expression, b: Expression): Expression =>
  (row) => {
    const [left, right] = [a(row), b(row)];
    return left === true || right === true ? true : left === null || right === null ? null : false;
  };
const opposite =
  (of: Expression): Expression =>
  (row) => {
    const value = of(row);
    return value === null ? null : value !== true;
  };
const compared =
  (operator: string, a: Expression, b: Expression): Expression =>
  (row) => {
    const [left, right] = [a(row), b(row)];
    if (left === null || right === null) return null;
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
      default:
        return left >= right;
    }
  };

/** As Trino's function: what is no scalar at the path is null, and a scalar is text. */
function scalarAt(json: SqlValue, path: string): string | null {
  if (json === null) return null;
  let value: unknown;
  try {
    value = JSON.parse(String(json));
  } catch {
    return null;
  }
  for (const [, name, index] of path.matchAll(/\.([A-Za-z_]\w*)|\[(\d+)\]/g)) {
    if (value === null || typeof value !== "object") return null;
    value = (value as Record<string, unknown>)[name ?? index!];
  }
  return value === null || value === undefined || typeof value === "object" ? null : String(value);
}
