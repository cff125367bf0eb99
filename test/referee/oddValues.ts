import type { Item } from "../../src/evidence/item.ts";
import type { ControlCase } from "../controls/cases.ts";

/** What stands now and then where something else belongs. */
const ODD: readonly unknown[] = [
  null,
  undefined,
  "",
  '{"Statement":[],"Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}',
  "\ufeff{}",
  "\ud800x",
  "nul\u0000l'\"\\ 😀 é %zz",
  "7",
  "2026-11-20t00:00:00z",
  -1.5,
  1e300,
  [],
  {},
  [null, ["*"], { "*": "*" }],
];

/** JSON that stands in a text, as policies do, and how it is written back. */
function documentIn(value: unknown): [unknown, (changed: unknown) => unknown] | undefined {
  if (typeof value !== "string") return undefined;
  const encoded = /^%7B/i.test(value);
  try {
    const document: unknown = JSON.parse(encoded ? decodeURIComponent(value) : value);
    if (document === null || typeof document !== "object") return undefined;
    const written = (changed: unknown) => JSON.stringify(changed) ?? "";
    return [document, (changed) => (encoded ? encodeURIComponent(written(changed)) : written(changed))];
  } catch {
    return undefined;
  }
}

/** A configuration once for each of its places and each odd value, with that value there. */
function* oddOnes(value: unknown): Generator<unknown> {
  yield* ODD;
  const document = documentIn(value);
  if (document) for (const each of oddOnes(document[0])) yield document[1](each);
  else if (Array.isArray(value))
    for (const [index, each] of value.entries()) for (const odd of oddOnes(each)) yield value.with(index, odd);
  else if (value !== null && typeof value === "object")
    for (const [name, each] of Object.entries(value)) for (const odd of oddOnes(each)) yield { ...value, [name]: odd };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === "object" && !Array.isArray(value);

/**
 * The resources of the first passing and the first failing case of each control, one of them with an odd value, each
 * time in an account of its own.
 */
export function oddItems(cases: readonly ControlCase[]): Partial<Item>[] {
  let accounts = 0;
  return cases
    .filter(({ number, expected }) => number === 1 && expected !== "unknown")
    .flatMap(({ items }) =>
      items.flatMap((item, index) => {
        const [first, ...rest] = Object.entries(item.configuration ?? {});
        if (!first) return [];
        const members = [first, ...rest].flatMap(([name, value]) =>
          [...oddOnes(value)].map((odd) => ({ ...item.configuration, [name]: odd })),
        );
        return members.filter(isRecord).flatMap((configuration) => {
          const account_id = String(++accounts).padStart(12, "0");
          return items.map((each, at) => ({ ...each, account_id, ...(at === index ? { configuration } : {}) }));
        });
      }),
    );
}
