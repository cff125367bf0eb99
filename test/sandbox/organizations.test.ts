import {
  DescribeOrganizationCommand,
  ListAccountsCommand,
  OrganizationsClient,
  paginateListAccounts,
} from "@aws-sdk/client-organizations";
import { expect, use } from "chai";
import chaiAsPromised from "chai-as-promised";
import { AUDIT_ACCOUNT, MANAGEMENT_ACCOUNT, ROOT } from "../../sandbox/estate/organization.ts";
import { populate } from "../../sandbox/estate/populate.ts";
import { freeze } from "../../sandbox/state.ts";
import { accountsFromOrganizations } from "../../src/accounts/accounts.ts";
import { sandboxForTest } from "./sandbox.ts";

use(chaiAsPromised);

describe("the sandbox's organization", () => {
  it("lists twenty accounts a page, some pages empty before the end", async () => {
    const { as, sandbox } = sandboxForTest(undefined, 200);
    const sizes: number[] = [];
    const ids = new Set<string>();
    for await (const { Accounts = [] } of paginateListAccounts({ client: new OrganizationsClient(as()) }, {})) {
      sizes.push(Accounts.length);
      for (const { Id } of Accounts) ids.add(Id!);
    }
    expect(Math.max(...sizes)).to.equal(20);
    expect(sizes.slice(0, -1)).to.include(0);
    const expected = [...sandbox.state.members.map(({ id }) => id), MANAGEMENT_ACCOUNT, AUDIT_ACCOUNT];
    expect([...ids]).to.have.members(expected);
  });

  it("is closed to its other members, which still learn whose it is", async () => {
    const { as } = sandboxForTest();
    const member = new OrganizationsClient(as("111111111111"));
    await expect(member.send(new ListAccountsCommand({}))).to.be.rejectedWith(/permissions/);
    const { Organization } = await member.send(new DescribeOrganizationCommand({}));
    expect(Organization?.MasterAccountId).to.equal(MANAGEMENT_ACCOUNT);
    const managed = await new OrganizationsClient(as(MANAGEMENT_ACCOUNT)).send(new ListAccountsCommand({}));
    expect(managed.Accounts?.every(({ State, Status }) => State && Status === undefined)).to.equal(true);
  });

  it("has every state an account can be in, and the boss takes the active ones", async () => {
    const { as, sandbox } = sandboxForTest(undefined, 1000);
    const client = new OrganizationsClient(as());
    const { accounts, excluded } = await accountsFromOrganizations(client, [], [AUDIT_ACCOUNT]);
    const states = new Set(excluded.map(({ reason }) => reason));
    expect([...states]).to.have.members([
      "excluded by configuration",
      "account is SUSPENDED",
      "account is PENDING_CLOSURE",
      "account is PENDING_ACTIVATION",
      "account is CLOSED",
    ]);
    const active = sandbox.state.members.filter(({ state }) => state === "ACTIVE").map(({ id }) => id);
    expect(accounts).to.have.members([...active, MANAGEMENT_ACCOUNT]);
  });

  for (const [unit, expected] of [
    ["ou-sbox-prod0000", ["111111111111"]],
    ["ou-sbox-workload", ["111111111111", "222222222222", "333333333333"]],
    ["ou-sbox-security", [AUDIT_ACCOUNT]],
    [ROOT, ["111111111111", "222222222222", "333333333333", AUDIT_ACCOUNT, MANAGEMENT_ACCOUNT]],
  ] as const)
    it(`has ${expected.length} active accounts in and below ${unit}`, async () => {
      const { as } = sandboxForTest();
      const { accounts } = await accountsFromOrganizations(new OrganizationsClient(as()), [unit], []);
      expect(accounts).to.have.members([...expected]);
    });

  it("is the same for the same seed, and another for another", () => {
    const bytes = (seed: number) => Buffer.from(freeze(populate(seed, 50))).toString("base64");
    expect(bytes(1)).to.equal(bytes(1));
    expect(bytes(1)).not.to.equal(bytes(2));
  });

  it("holds five thousand accounts, each id once", () => {
    const { members } = populate(1, 5000);
    expect(new Set(members.map(({ id }) => id)).size).to.equal(5000);
    expect(
      members.every(({ id }) => /^\d{12}$/.test(id) && id !== MANAGEMENT_ACCOUNT && id !== AUDIT_ACCOUNT),
    ).to.equal(true);
  });
});
