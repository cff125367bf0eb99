import { createHash } from "node:crypto";
import type { Listing, Read } from "../auditors/collector.ts";
import { valueAt, valuesAt } from "../auditors/paths.ts";
import { type Calls, call, type Values } from "./calls.ts";

/** What is read page by page. */
export type Paged = Read & Pick<Listing, "items">;

/** Pages in a row with nothing on them, after which a listing that says that there is more is given up. */
const EMPTY_PAGES_AT_MOST = 200;

/** An answer that contradicts itself or the ones before it: what it says of its end is not believed. */
export class Contradiction extends Error {
  constructor(message: string) {
    super(message);
    this.name = "Contradiction";
  }
}

/** A short name of a value, for telling chains and pages apart. */
export const nameOfChain = (value: unknown): string =>
  createHash("sha256").update(JSON.stringify(value)).digest("base64url").slice(0, 8);

/**
 * Makes a call and those that continue it, from `tokens` on; `take` gets each page and the tokens of the next. It ends
 * by AWS's own word alone, and never goes in circles.
 * @throws Contradiction where what an answer says of its end cannot be so
 */
export async function pages(
  { calls, region }: { calls: Calls; region: string },
  read: Paged,
  input: Values,
  take: (answer: Values, next: Values | undefined) => Promise<void>,
  tokens: Values = {},
): Promise<void> {
  const seen = new Set([nameOfChain(tokens)]);
  let empty = 0;
  for (let at: Values | undefined = tokens; at; ) {
    const answer: Values = await call(calls, read, region, { ...input, ...at });
    const next = nextTokens(read, answer);
    const name = next && nameOfChain(next);
    const again = name !== undefined && seen.has(name);
    await take(answer, again ? undefined : next);
    if (again) throw new Contradiction(`${read.operation} answered twice with the same page token`);
    if (name) seen.add(name);
    empty = next && isEmpty(read, answer) ? empty + 1 : 0;
    if (empty === EMPTY_PAGES_AT_MOST)
      throw new Contradiction(`${read.operation} answered with nothing on ${empty} pages in a row, and goes on`);
    at = next;
  }
}

/** @throws Contradiction where flag, token and count do not go together */
function nextTokens(read: Paged, answer: Values): Values | undefined {
  const { operation, page, extent } = read;
  const flag = page?.more ?? extent?.more;
  const more = flag === undefined ? undefined : valueAt(answer, flag);
  if (more !== undefined && typeof more !== "boolean")
    throw new Contradiction(`${operation} says neither that there is more nor that there is not`);
  const next = page?.lastItem && !more ? {} : tokensOf(read, answer);
  const goesOn = Object.keys(next).length > 0;
  if (more === true && !goesOn) throw new Contradiction(`${operation} says that there is more, and not where`);
  if (more === false && goesOn) throw new Contradiction(`${operation} says that there is no more, and where it is`);
  if (extent?.token && valueAt(answer, extent.token))
    throw new Contradiction(`${operation} says that there is more, and cannot be continued`);
  if (extent?.count) {
    const [count, list] = extent.count.map((path) => valueAt(answer, path));
    const listed = Array.isArray(list) ? list.length : 0;
    if (typeof count === "number" && listed < count)
      throw new Contradiction(`${operation} says that ${count} are on the page, and lists ${listed}`);
  }
  return goesOn ? next : undefined;
}

function tokensOf({ page, items }: Paged, answer: Values): Values {
  const list = items && page?.lastItem ? valueAt(answer, items) : undefined;
  const source = Array.isArray(list) ? list.at(-1) : answer;
  const next = (page?.tokens ?? [])
    // A list of bare names has no member: the name itself is the token.
    .map(([member, path]) => [member, typeof source === "string" ? source : valueAt(source, path)] as const)
    .filter(([, token]) => token !== undefined && token !== "");
  return Object.fromEntries(next);
}

/** Whether a page has nothing on it: its list is empty, or each of its lists where it is not said which one counts. */
const isEmpty = ({ items }: Paged, answer: Values): boolean =>
  items === undefined
    ? Object.values(answer).every((list) => !Array.isArray(list) || !list.length)
    : !valuesAt(answer, items).length;

/** The answer of a call with those that continue it: their lists end to end, without the tokens. */
export async function wholeAnswer(calls: Calls, read: Read, region: string, input: Values): Promise<Values> {
  let whole: Values | undefined;
  await pages({ calls, region }, read, input, async (answer) => {
    if (!whole) whole = { ...answer };
    else
      for (const [member, value] of Object.entries(answer))
        if (Array.isArray(value)) whole[member] = [...((whole[member] as unknown[] | undefined) ?? []), ...value];
  });
  for (const [, token] of read.page?.tokens ?? []) delete whole![token];
  return whole!;
}
