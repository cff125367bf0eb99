import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import * as z from "zod";

const ENDS = "ENDS";
const Expectations = z.record(z.string(), z.array(z.tuple([z.string(), z.json()])));

/** An expression and what Trino answers; undefined: the query ends with an error. */
export interface Expectation {
  expression: string;
  value: z.core.util.JSONType | undefined;
}

/** Trino's answers, as recorded in `functions.yaml`. */
export async function trinoAnswers(): Promise<Expectation[]> {
  const byFunction = Expectations.parse(parse(await readFile("test/query/functions.yaml", "utf8")));
  return Object.values(byFunction).flatMap((all) =>
    all.map(([expression, value]) => ({ expression, value: value === ENDS ? undefined : value })),
  );
}

/** Functions that docs/query.md says answer alike in both engines, and those of them that refuse some values. */
export async function documentedFunctions(): Promise<{ alike: string[]; refusing: string[] }> {
  const page = await readFile("docs/query.md", "utf8");
  const listed = (before: string): string[] => {
    const from = page.indexOf(before);
    if (from < 0) throw new Error(`docs/query.md has no paragraph that begins with "${before}"`);
    const list = page.slice(page.indexOf("\n\n", from) + 2).split("\n\n")[0]!;
    return [...list.matchAll(/`(\w+)`/g)].map(([, name]) => name!.toLowerCase());
  };
  const refusing = listed("These end the query if");
  return { alike: [...listed("These give the same answer"), ...refusing], refusing };
}

/** A function that a query calls, and whether a `TRY(…)` is around it. */
export interface Call {
  name: string;
  tried: boolean;
}

/** Words before a bracket that call nothing. */
const KEYWORDS = new Set(
  "and or not in as on from where when then else values over using exists distinct unnest array with join select by".split(
    " ",
  ),
);

/** Functions that a query calls, `CAST` and `TRY_CAST` among them. */
export function callsIn(sql: string): Call[] {
  const bare = sql.replace(/'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*/g, (text) => (text.startsWith("'") ? "''" : ""));
  const calls: Call[] = [];
  const open: string[] = [];
  for (const [, alias, name, bracket] of bare.matchAll(/(\bas\s+)?(\w+)?\s*([()])/gi)) {
    if (bracket === ")") {
      open.pop();
      continue;
    }
    const called = alias || !name ? "" : name.toLowerCase();
    if (called && !KEYWORDS.has(called)) calls.push({ name: called, tried: open.includes("try") });
    open.push(called);
  }
  return calls;
}
