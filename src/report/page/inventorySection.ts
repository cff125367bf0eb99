import type { PageData, Words } from "../pageData.ts";
import { bars } from "./bars.ts";
import { counted, element, number } from "./element.ts";
import { LongTable } from "./longTable.ts";

/** What there is, by type, region and account. */
export function inventorySection({ inventory }: PageData): HTMLElement {
  const { type, account, region, items } = inventory;
  const byType = type.words.map(() => ({ items: 0, accounts: new Set<number>(), regions: new Set<number>() }));
  for (let row = 0; row < items.length; row++) {
    const found = byType[type.at[row]!]!;
    found.items += items[row]!;
    found.accounts.add(account.at[row]!);
    found.regions.add(region.at[row]!);
  }
  const table = new LongTable({
    label: "Resources by type",
    columns: [
      { key: "type", label: "Type", kind: "type first", cell: (at) => type.words[at]! },
      { key: "items", label: "Resources", kind: "n", cell: (at) => number(byType[at]!.items) },
      { key: "accounts", label: "Accounts", kind: "n", cell: (at) => number(byType[at]!.accounts.size) },
      { key: "regions", label: "Regions", kind: "n", cell: (at) => number(byType[at]!.regions.size) },
    ],
  });
  table.show(byType.map((_, index) => index).sort((a, b) => byType[b]!.items - byType[a]!.items));
  const total = items.reduce((sum, each) => sum + each, 0);
  return element(
    "section",
    { id: "inventory", "aria-labelledby": "inventory-title" },
    element("h2", { id: "inventory-title" }, "Inventory"),
    element("p", {}, `${counted(total, "resource")} of ${counted(type.words.length, "type")}.`),
    element(
      "div",
      { class: "charts" },
      bars(
        "By type",
        "Type",
        sums(type, items, (word) => word.replace(/^AWS::/, "")),
      ),
      bars("By region", "Region", sums(region, items)),
      bars("By account", "Account", sums(account, items)),
    ),
    table.root,
  );
}

function sums({ words, at }: Words, items: readonly number[], name = (word: string) => word): Map<string, number> {
  const counts = new Map<string, number>();
  for (let row = 0; row < items.length; row++) {
    const word = name(words[at[row]!]!);
    counts.set(word, (counts.get(word) ?? 0) + items[row]!);
  }
  return counts;
}
