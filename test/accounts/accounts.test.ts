import { OrganizationsClient } from "@aws-sdk/client-organizations";
import { expect, use } from "chai";
import chaiAsPromised from "chai-as-promised";
import { AUDIT_ACCOUNT, MANAGEMENT_ACCOUNT, ROOT, unitsBelow } from "../../sandbox/estate/organization.ts";
import { accountsFromOrganizations, organizationsClient } from "../../src/accounts/accounts.ts";
import { sandboxForTest } from "../sandbox/sandbox.ts";

use(chaiAsPromised);

const WORKLOADS = "ou-sbox-workload";

describe("the accounts of an organization", () => {
  const listed = (
    { units = [], exclude = [] }: { units?: string[]; exclude?: string[] } = {},
    { accounts = 3, caller = AUDIT_ACCOUNT } = {},
  ) => {
    const { as, sandbox } = sandboxForTest(undefined, accounts);
    const requests: string[] = [];
    const client = new OrganizationsClient(as(caller));
    client.middlewareStack.add(
      (next, { commandName }) =>
        (args) => {
          requests.push(commandName ?? "");
          return next(args);
        },
      { step: "initialize" },
    );
    const list = accountsFromOrganizations(client, units, exclude);
    return { list, requests, members: sandbox.state.members };
  };

  it("are every active one of thousands, sorted, each once, with a reason for each of the others", async () => {
    const { list, requests, members } = listed({}, { accounts: 5000 });
    const { accounts, excluded } = await list;
    const active = members.filter(({ state }) => state === "ACTIVE").map(({ id }) => id);
    expect(accounts).to.deep.equal([...active, AUDIT_ACCOUNT, MANAGEMENT_ACCOUNT].sort());
    expect(excluded).to.have.length(members.length - active.length);
    for (const { account_id, reason } of excluded)
      expect(reason).to.equal(`account is ${members.find(({ id }) => id === account_id)!.state}`);
    // 251 full pages of twenty at most, and some that are empty.
    expect(requests).to.have.length.within(251, 251 * 1.5);
  });

  it("of a unit are those of the units below it too, over all pages", async () => {
    const { list, members } = listed({ units: [WORKLOADS] }, { accounts: 500 });
    const below = unitsBelow(WORKLOADS);
    const expected = members.filter(({ unit, state }) => below.includes(unit) && state === "ACTIVE");
    expect(expected).to.have.length.above(400);
    expect((await list).accounts).to.deep.equal(expected.map(({ id }) => id).sort());
  });

  it("of a unit come with the list of the whole organization, and without it where only units may be listed", async () => {
    const { list, members } = listed({ units: [WORKLOADS] }, { accounts: 60 });
    const { accounts, organization } = await list;
    const everybody = [...members.map(({ id }) => id), AUDIT_ACCOUNT, MANAGEMENT_ACCOUNT].sort();
    expect(organization?.accounts.toSorted()).to.deep.equal(everybody);
    const client = new OrganizationsClient(sandboxForTest(undefined, 60).as());
    client.middlewareStack.add(
      (next, { commandName }) =>
        (args) => {
          if (commandName !== "ListAccountsCommand") return next(args);
          throw Object.assign(new Error("You don't have permissions"), { name: "AccessDeniedException" });
        },
      { step: "initialize" },
    );
    const narrow = await accountsFromOrganizations(client, [WORKLOADS], []);
    expect(narrow.accounts).to.deep.equal(accounts);
    expect(narrow).not.to.have.property("organization");
  });

  it("of units that lie in one another are each there once", async () => {
    const alone = await listed({ units: [ROOT] }, { accounts: 60 }).list;
    const both = await listed({ units: [ROOT, WORKLOADS, "ou-sbox-prod0000"] }, { accounts: 60 }).list;
    expect(both).to.deep.equal(alone);
  });

  it("come although AWS refuses a page again and again, as there were too many calls", async () => {
    const { as } = sandboxForTest(undefined, 3);
    const options = as(AUDIT_ACCOUNT);
    let refusals = 3;
    const client = organizationsClient({
      ...options,
      requestHandler: {
        ...options.requestHandler,
        handle: async (...call: Parameters<typeof options.requestHandler.handle>) => {
          if (refusals-- <= 0) return options.requestHandler.handle(...call);
          const body = Buffer.from('{"__type":"TooManyRequestsException","Message":"slow down"}');
          return { response: { statusCode: 400, headers: { "content-type": "application/x-amz-json-1.1" }, body } };
        },
      } as never,
    });
    const { accounts } = await accountsFromOrganizations(client, [], []);
    expect(accounts).to.include(AUDIT_ACCOUNT);
    expect(refusals).to.be.below(0);
  });

  it("do not hold those excluded by configuration, which are named with the reason", async () => {
    const { list } = listed({ exclude: ["222222222222", MANAGEMENT_ACCOUNT, "123456789012"] });
    expect(await list).to.deep.equal({
      accounts: ["111111111111", "333333333333", AUDIT_ACCOUNT],
      excluded: [
        { account_id: "222222222222", reason: "excluded by configuration" },
        { account_id: MANAGEMENT_ACCOUNT, reason: "excluded by configuration" },
      ],
      organization: {
        accounts: ["111111111111", "222222222222", "333333333333", MANAGEMENT_ACCOUNT, AUDIT_ACCOUNT].sort(),
        source: "organizations:ListAccounts",
      },
    });
  });

  it("are the same for the management account and for a delegated administrator", async () => {
    const managed = await listed({}, { caller: MANAGEMENT_ACCOUNT }).list;
    expect(managed).to.deep.equal(await listed({}, { caller: AUDIT_ACCOUNT }).list);
    expect(managed.accounts).to.include(MANAGEMENT_ACCOUNT);
  });

  for (const [what, units] of [
    ["the whole organization", []],
    ["a unit", [WORKLOADS]],
  ] as [string, string[]][])
    it(`are refused to any other account that asks for ${what}, with one error that says who may ask`, async () => {
      await expect(listed({ units }, { caller: "111111111111" }).list).to.be.rejectedWith(
        /^AWS Organizations: the management account and delegated administrators may list accounts, and this account may not \(.+\)\. Try: aws organizations register-delegated-administrator/,
      );
    });

  it("of an account that is in no organization are an error that says so", async () => {
    const client = new OrganizationsClient(sandboxForTest().as());
    client.middlewareStack.add(
      () => async () => {
        throw Object.assign(new Error("Your account is not a member of an organization."), {
          name: "AWSOrganizationsNotInUseException",
        });
      },
      { step: "initialize" },
    );
    await expect(accountsFromOrganizations(client, [], [])).to.be.rejectedWith(
      /belongs to no organization\. Try: .*accountSource parameter/,
    );
  });

  it("of a unit that is not there are an error that names the unit", async () => {
    const { list } = listed({ units: [WORKLOADS, "ou-sbox-nowhere0"] });
    await expect(list).to.be.rejectedWith(/there is no organizational unit ou-sbox-nowhere0\. Try: /);
  });

  it("that are all left out are an error that says why, and not a run over nothing", async () => {
    const { list } = listed({ units: ["ou-sbox-security"], exclude: [AUDIT_ACCOUNT] });
    await expect(list).to.be.rejectedWith(
      `AWS Organizations: none of 1 accounts is left: ${AUDIT_ACCOUNT} excluded by configuration. Try: `,
    );
  });
});
