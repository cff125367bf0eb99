import { isWhole, listingsOf, notesOf } from "../../evidence/coverageTotals.ts";
import type { PageData } from "../pageData.ts";
import { facts, showDetails } from "./details.ts";
import { counted, element, number } from "./element.ts";
import { LongTable } from "./longTable.ts";

type Cell = PageData["coverage"][number];

/** Statuses by how much they leave unknown. A closed region leaves nothing unknown. */
const FAULTS = ["failed", "timed-out", "denied"] as const;
const SIGNS: Record<string, string> = {
  failed: "✕ ",
  "timed-out": "◷ ",
  denied: "⊘ ",
  collected: "",
  "not-enabled": "– ",
};

const worstOf = ({ statuses }: Cell): string =>
  FAULTS.find((status) => statuses[status]) ?? (statuses.collected ? "collected" : "not-enabled");

const isFault = (cell: Cell): boolean => FAULTS.some((status) => cell.statuses[status]);

/** Planned (account, auditor, region), and how many of them were read or are closed. */
export function covered(cells: readonly Cell[]): { planned: number; read: number } {
  let planned = 0;
  let unread = 0;
  for (const { statuses } of cells)
    for (const [status, count] of Object.entries(statuses)) {
      planned += count;
      if ((FAULTS as readonly string[]).includes(status)) unread += count;
    }
  return { planned, read: planned - unread };
}

/** Accounts by auditors: what was read, and the gaps. */
export function coverageSection({ coverage, excluded, run }: PageData): HTMLElement {
  const byAccount = new Map<string, Map<string, Cell>>();
  for (const cell of coverage) {
    const row = byAccount.get(cell.account) ?? new Map<string, Cell>();
    row.set(cell.auditor, cell);
    byAccount.set(cell.account, row);
  }
  const faults = (account: string) => [...byAccount.get(account)!.values()].filter(isFault).length;
  // Accounts that something is not known of come first.
  const accounts = [...byAccount.keys()].sort((a, b) => faults(b) - faults(a) || (a < b ? -1 : 1));
  const table = new LongTable({
    label: "Coverage by account and auditor",
    columns: [
      { key: "account", label: "Account", kind: "account first", cell: (row) => accounts[row]! },
      ...run.auditors.map((auditor) => ({
        key: auditor,
        label: auditor,
        kind: "cover",
        cell: (row: number) => cellOf(byAccount.get(accounts[row]!)!.get(auditor)),
      })),
    ],
    open: (row) => showAccount(accounts[row]!, byAccount.get(accounts[row]!)!),
  });
  table.show(accounts.map((_, index) => index));
  const { planned, read } = covered(coverage);
  const whole = planned === read;
  const listings = listingsOf(coverage);
  return element(
    "section",
    { id: "coverage", "aria-labelledby": "coverage-title" },
    element("h2", { id: "coverage-title" }, "Coverage"),
    element(
      "p",
      { class: `verdict ${whole ? "good" : "warn"}` },
      element(
        "strong",
        {},
        whole
          ? "✓ All that was planned was read."
          : `⊘ ${counted(planned - read, "planned item")} could not be read in full.`,
      ),
      ` ${number(read)} of ${number(planned)} planned items were read, in ${counted(run.accounts, "account")} and ${counted(run.regions.length, "region")}. ${number(listings.whole)} of ${number(listings.planned)} listings of a resource type were read to their end${listings.not_asked ? `, ${number(listings.not_asked)} of them by another answer, which says that there are none` : ""}. What was not read is never counted as passed.`,
    ),
    table.root,
    reasonsOf(coverage),
    notesSection(coverage),
    excluded.length > 0 &&
      element(
        "details",
        {},
        element("summary", {}, `${counted(excluded.length, "account")} left out of the run`),
        element("ul", {}, ...excluded.map(({ account_id, reason }) => element("li", {}, `${account_id}: ${reason}`))),
      ),
  );
}

function cellOf(cell: Cell | undefined): HTMLElement {
  if (!cell) return element("span", { class: "status none" }, "not planned");
  const worst = worstOf(cell);
  const text = worst === "collected" ? itemsOf(cell) : worst === "not-enabled" ? "closed" : worst;
  const partly = isFault(cell) && cell.items > 0 ? `, ${itemsOf(cell)} read` : "";
  return element(
    "span",
    { class: `status ${worst}`, title: cell.reasons.join("\n") || undefined },
    `${SIGNS[worst]}${text}${partly}`,
  );
}

/** How many items, as far as is known. */
const itemsOf = (cell: Cell): string => `${isWhole(cell) ? "" : "at least "}${number(cell.items)}`;

const some = (names: readonly string[], one: string): string =>
  names.length > 3 ? counted(names.length, one) : names.join(", ");

/** What has to be known of what was read, each once. */
function notesSection(cells: readonly Cell[]): HTMLElement | false {
  const notes = notesOf(cells);
  if (!notes.length) return false;
  return element(
    "details",
    { class: "notes" },
    element("summary", {}, `${counted(notes.length, "note")} on what was read`),
    element(
      "ul",
      {},
      ...notes.map(({ note, accounts, auditors }) =>
        element(
          "li",
          {},
          element("span", { class: "where" }, `${some(accounts, "account")} · ${some(auditors, "auditor")}`),
          ` ${note}`,
        ),
      ),
    ),
  );
}

/** Each reason once, with the accounts and auditors that met it. */
function reasonsOf(cells: readonly Cell[]): HTMLElement | false {
  const met = new Map<string, { accounts: Set<string>; auditors: Set<string> }>();
  for (const { account, auditor, reasons } of cells)
    for (const reason of reasons) {
      const found = met.get(reason) ?? { accounts: new Set(), auditors: new Set() };
      found.accounts.add(account);
      found.auditors.add(auditor);
      met.set(reason, found);
    }
  if (!met.size) return false;
  const sorted = [...met].sort(([, a], [, b]) => b.accounts.size - a.accounts.size);
  return element(
    "div",
    { class: "reasons" },
    element("h3", {}, "Collection gaps"),
    element(
      "ul",
      {},
      ...sorted
        .slice(0, REASONS)
        .map(([reason, { accounts, auditors }]) =>
          element(
            "li",
            {},
            element(
              "span",
              { class: "where" },
              `${some([...accounts], "account")} · ${some([...auditors], "auditor")}`,
            ),
            ` ${reason}`,
          ),
        ),
      sorted.length > REASONS &&
        element("li", {}, `… and ${counted(sorted.length - REASONS, "other reason")}: open an account above`),
    ),
  );
}

/** Reasons listed below the map at most. */
const REASONS = 20;

function showAccount(account: string, cells: ReadonlyMap<string, Cell>): void {
  showDetails(
    `Coverage of account ${account}`,
    facts(
      [...cells].map(([auditor, cell]) => {
        const statuses = Object.entries(cell.statuses).map(([status, count]) => `${number(count)} ${status}`);
        return [
          auditor,
          element(
            "div",
            {},
            `${isWhole(cell) ? "" : "at least "}${counted(cell.items, "item")}; ${statuses.join(", ")}; ${number(cell.listings.whole)} of ${number(cell.listings.planned)} listings read to their end`,
            ...[...cell.reasons, ...cell.notes].map((line) => element("p", { class: "why" }, line)),
          ),
        ];
      }),
    ),
  );
}
