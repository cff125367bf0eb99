import type { Operation } from "../sandbox/service.ts";
import type { Values } from "../sandbox/wire/message.ts";
import type { Counted, Listing } from "../src/auditors/collector.ts";
import { valueAt } from "../src/auditors/paths.ts";
import { type Audited, everyOne, kindOf, set } from "./resources.ts";

type Run = Operation<Values, object>["run"];

/** The calls by which types are counted, each once. */
export const countingOf = ({ collectors }: Audited): Listing[] => [
  ...new Set(collectors.flatMap(({ onlyWith }) => (onlyWith && "countedBy" in onlyWith ? [onlyWith.countedBy] : []))),
];

/** What a call that counts types answers: as many of each as its listing has. @param run what it answers besides */
export function countOperation(counting: Listing, audited: Audited, run?: Run): Run {
  const counted = audited.collectors.flatMap(({ type, listing, onlyWith }) =>
    onlyWith && "countedBy" in onlyWith && onlyWith.countedBy === counting ? [{ type, listing, by: onlyWith }] : [],
  );
  return async (input, at) => {
    const answer = structuredClone((await run?.(input, at)) ?? {}) as Values;
    const entries = new Map<string, Values>();
    for (const { type, listing, by } of counted) {
      const all = everyOne(listing, audited, at).length;
      if (!by.counts)
        for (let n = 0; n < all; n++) entries.set(`${type} ${n}`, { [counting.as!]: `${kindOf(type)}-${n}` });
      else if (by.of) tell(entryOf(entries, by.of), by.counts, all);
      else tell(answer, by.counts, all);
    }
    if (counting.items === undefined) return answer;
    const listed = [...entries.values()].map((each) => (counting.as ? each[counting.as] : each));
    return { ...answer, [counting.items]: listed };
  };
}

function entryOf(entries: Map<string, Values>, [member, value]: NonNullable<Counted["of"]>): Values {
  const entry = entries.get(value) ?? { [member]: value };
  entries.set(value, entry);
  return entry;
}

/** The first number is that of all; what is listed under others is not more than they are. */
function tell(answer: Values, [path, ...rest]: NonNullable<Counted["counts"]>, all: number): void {
  set(answer, path!, Math.max(all, Number(valueAt(answer, path!) ?? 0)));
  for (const each of rest) set(answer, each, 0);
}
