import { expect } from "chai";
import fc from "fast-check";
import { AccountList, parameterValues } from "../../components/accountList.ts";
import { recorded } from "./recorded.ts";

const ids = (count: number) => Array.from({ length: count }, (_none, index) => String(100000000001 + index));
const listOf = (count: number) =>
  recorded(() => new AccountList("accounts", { name: "/audit-ecosystem/accounts", ids: ids(count) }));

describe("AccountList", () => {
  it("is one StringList of the configured name while the ids fit one", async () => {
    const made = await listOf(300);
    expect(made.one("Parameter").inputs).to.deep.include({ name: "/audit-ecosystem/accounts", type: "StringList" });
    expect(made.one("AccountList").outputs.arn).to.match(/Parameter\/accounts$/);
  });

  it("is several parameters below the name where one cannot hold them, and nothing at the name itself", async () => {
    const made = await listOf(1000);
    const names = made.of("Parameter").map(({ inputs }) => inputs.name);
    expect(names).to.have.length.above(1);
    for (const name of names) expect(name).to.match(/^\/audit-ecosystem\/accounts\/\d{3}$/);
  });

  it("cuts any number of ids into values of at most 4,096 characters that hold each once, in order", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2500 }), (count) => {
        const values = parameterValues(ids(count));
        expect(values.join(",")).to.equal(ids(count).join(","));
        for (const value of values) expect(value.length).to.be.at.most(4096);
      }),
      { numRuns: 50 },
    );
  });
});
