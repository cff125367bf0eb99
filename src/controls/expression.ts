/** A value of a row, as the tables have it. */
export type SqlValue = string | number | boolean | null;

export type Comparison = "=" | "<>" | "<" | "<=" | ">" | ">=";
const COMPARISONS: readonly Comparison[] = ["=", "<>", "<", "<=", ">", ">="];
export type CastType = "varchar" | "double" | "bigint";
const CAST_TYPES: readonly CastType[] = ["varchar", "double", "bigint"];

/** An expression over the columns of one resource, in the SQL of the controls. */
export type Expression =
  | { is: "constant"; value: SqlValue }
  | { is: "column"; name: string }
  /** The scalar at a path such as `$.Status`, as text; null where there is none. */
  | { is: "json"; of: Expression; path: string }
  | { is: "and"; left: Expression; right: Expression }
  | { is: "or"; left: Expression; right: Expression }
  | { is: "not" | "null"; of: Expression }
  | { is: "compared"; operator: Comparison; left: Expression; right: Expression }
  | { is: "joined"; left: Expression; right: Expression }
  | { is: "first"; of: readonly Expression[] }
  | { is: "cast"; of: Expression; to: CastType };

/** A control's query, as far as it judges: what it looks at, whether that passes, and why it does not. */
export interface ControlQuery {
  passes: Expression;
  reason: Expression;
  /** Undefined: each resource of the type. */
  where: Expression | undefined;
  /** Columns that the three ask for. */
  columns: string[];
}

/** A query that asks for more than one resource's own columns: it needs a database. */
export class PredicateError extends Error {}

/**
 * Reads queries of the form `SELECT … AS passes, … AS reason FROM latest_<table> d [WHERE …]` with comparisons, `AND`,
 * `OR`, `NOT`, `IS NULL`, `IN`, `||`, `TRY_CAST`, `coalesce` and `json_extract_scalar`. All else is refused.
 * @throws PredicateError naming the word that is too much
 */
export const parseQuery = (sql: string): ControlQuery => new Parser(sql).query();

const TOKEN = /\s*(?:('(?:[^']|'')*')|(\d+(?:\.\d+)?)|([a-zA-Z_][\w.]*)|(\|\||<>|<=|>=|[=<>(),]))/y;

class Parser {
  private readonly columns = new Set<string>();
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

  query(): ControlQuery {
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
    return { passes, reason, where, columns: [...this.columns] };
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
    while (this.take("OR")) left = { is: "or", left, right: this.and() };
    return left;
  }
  private and(): Expression {
    let left = this.not();
    while (this.take("AND")) left = { is: "and", left, right: this.not() };
    return left;
  }
  private not(): Expression {
    return this.take("NOT") ? { is: "not", of: this.not() } : this.comparison();
  }
  private comparison(): Expression {
    const left = this.joined();
    const operator = COMPARISONS.find((each) => this.take(each));
    if (operator) return { is: "compared", operator, left, right: this.joined() };
    if (this.take("IS")) {
      const negated = this.take("NOT");
      this.expect("NULL");
      return negated ? { is: "not", of: { is: "null", of: left } } : { is: "null", of: left };
    }
    const negated = this.peek("NOT") && this.tokens[this.at + 1]?.toUpperCase() === "IN" && this.take("NOT");
    if (this.take("IN")) {
      const among = this.list()
        .map((right): Expression => ({ is: "compared", operator: "=", left, right }))
        .reduce((each, right): Expression => ({ is: "or", left: each, right }));
      return negated ? { is: "not", of: among } : among;
    }
    return left;
  }
  private joined(): Expression {
    let left = this.primary();
    while (this.take("||")) left = { is: "joined", left, right: this.primary() };
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
    if (token.startsWith("'")) return { is: "constant", value: token.slice(1, -1).replaceAll("''", "'") };
    if (/^\d/.test(token)) return { is: "constant", value: Number(token) };
    const word = token.toLowerCase();
    if (word === "true" || word === "false") return { is: "constant", value: word === "true" };
    if (word === "null") return { is: "constant", value: null };
    if (word === "try_cast") return this.cast();
    if (word === "coalesce") return { is: "first", of: this.list() };
    if (word === "json_extract_scalar") {
      const [of, path] = this.list();
      if (!of || path?.is !== "constant") throw new PredicateError("json_extract_scalar takes a path in quotes");
      return { is: "json", of, path: String(path.value) };
    }
    const [, name] = /^d\.(\w+)$/.exec(word) ?? [];
    if (!name) throw new PredicateError(`${token} is more than one resource tells`);
    this.columns.add(name);
    return { is: "column", name };
  }
  private cast(): Expression {
    this.expect("(");
    const of = this.or();
    this.expect("AS");
    const type = this.next().toLowerCase();
    this.expect(")");
    const to = CAST_TYPES.find((each) => each === type);
    if (!to) throw new PredicateError(`TRY_CAST AS ${type} is not understood`);
    return { is: "cast", of, to };
  }
}

/** Members and indexes of a path such as `$.Rules[0].Status`. */
export const pathSteps = (path: string): string[] =>
  [...path.matchAll(/\.([A-Za-z_]\w*)|\[(\d+)\]/g)].map(([, name, index]) => name ?? index!);
