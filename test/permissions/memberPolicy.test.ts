import { expect } from "chai";
import { isGlobal, readsOf } from "../../src/auditors/collector.ts";
import { memberPolicyDocuments } from "../../src/auditors/policy.ts";
import { loadServices, serviceNames } from "../../src/auditors/registry.ts";
import type { Outcome } from "../../src/evidence/outcome.ts";
import { members } from "./members.ts";

/**
 * Actions that outcomes say are missing. Which regions are open is asked aside: a denial leaves nothing unread in a
 * region that no account can close, so there it is a note, and its message names the action.
 */
const denied = (outcomes: readonly Outcome[]): string[] => [
  ...new Set(
    outcomes.flatMap(({ errors, notes = [] }) => [
      ...errors.flatMap(({ action }) => (action ? [action] : [])),
      ...notes.flatMap(({ message }) => /not authorized to perform: ([\w-]+:\w+)/.exec(message)?.[1] ?? []),
    ]),
  ),
];

/** Calls that did not answer for another reason than that the account has no such service. */
const unanswered = (outcomes: readonly Outcome[]) =>
  outcomes.flatMap(({ errors }) => errors.filter(({ status }) => status !== "not-enabled"));

describe("the member policy generated for", () => {
  for (const name of serviceNames) {
    it(`${name} has what its calls need and nothing spare; an outcome names exactly the action that is taken away`, async () => {
      const [service] = await loadServices([name]);
      const { collectors } = service!;
      const policy = memberPolicyDocuments([{ name, services: [service!] }]).flatMap(
        ({ document }) => document.Statement,
      );
      const granted = policy.flatMap(({ Action }) => Action);
      const { accounts, grant, read } = members();
      grant(policy);
      const usedIn = new Map<string, string>();
      for (const account of accounts) {
        if (usedIn.size === granted.length) break;
        const { outcomes, used } = await read(service!, collectors, account);
        expect(unanswered(outcomes), `in ${account}`).to.deep.equal([]);
        for (const action of used) if (!usedIn.has(action)) usedIn.set(action, account);
      }
      expect(
        granted.filter((action) => !usedIn.has(action)),
        "spare, or the estate has nothing to read with it",
      ).to.deep.equal([]);
      for (const action of granted) {
        const asking = collectors.filter((each) => readsOf(each).some(({ actions }) => actions.includes(action)));
        grant(policy.map((each) => ({ ...each, Action: each.Action.filter((one) => one !== action) })));
        // Which regions are open is asked before any regional collector.
        const asked = asking.length ? asking : collectors.filter((each) => !isGlobal(each)).slice(0, 1);
        const { outcomes } = await read(service!, asked, usedIn.get(action)!);
        expect(denied(outcomes), `without ${action}`).to.deep.equal([action]);
      }
    });
  }
});
