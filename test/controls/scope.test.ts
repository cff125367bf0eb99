import { expect } from "chai";
import { loadControls } from "../../src/controls/control.ts";

/** The conditions by which queries leave out what is being deleted, or is deleted already. */
const LEFT_OUT =
  /coalesce\(d\.\w*(?:status|state)\w*, ''\) (?:<>|NOT IN) [^\n]*?(?:'|\))(?=\s|$)|NOT coalesce\(d\.deleted, false\)|d\.deleted_date IS NULL|coalesce\(json_extract_scalar\(d\.state, '\$\.Name'\)/i;

describe("controls of one type of resource", () => {
  it("leave out the same that is being deleted, all of them", async () => {
    const byType = new Map<string, { id: string; leavesOut: boolean }[]>();
    for (const { id, resource, per, sql } of await loadControls())
      if (per === "resource")
        byType.set(resource, [...(byType.get(resource) ?? []), { id, leavesOut: LEFT_OUT.test(sql) }]);
    const judging = [...byType.values()]
      .filter((controls) => controls.some(({ leavesOut }) => leavesOut))
      .flatMap((controls) => controls.filter(({ leavesOut }) => !leavesOut).map(({ id }) => id));
    expect(judging).to.deep.equal([]);
  });
});
