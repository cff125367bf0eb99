import { expect } from "chai";
import { loadAuditors } from "../../src/auditors/registry.ts";
import { type Control, loadControls } from "../../src/controls/control.ts";
import { PredicateError } from "../../src/controls/expression.ts";
import { guardPolicy } from "../../src/controls/guard/policy.ts";
import { predicateOf, type SqlRow } from "../../src/controls/predicate.ts";
import { catalogOf } from "../../src/tables/catalog.ts";
import { columnValue } from "../../src/tables/resourceRow.ts";
import { casesOf } from "../controls/cases.ts";
import { askGuard, type GuardStatus, guardRuns } from "./guard.ts";

const { tables } = catalogOf(await loadAuditors());
const controls = await loadControls();
const cases = await casesOf(controls, () => false);
const columnsOf = (resource: string) => tables.find(({ resourceType }) => resourceType === resource)?.members ?? [];

/** What can be said in Guard, by resource type. */
const policies = new Map<string, Map<string, string>>();
for (const control of controls)
  try {
    const policy = guardPolicy(control, columnsOf(control.resource));
    policies.set(
      control.resource,
      (policies.get(control.resource) ?? new Map<string, string>()).set(control.id, policy),
    );
  } catch (error) {
    if (!(error instanceof PredicateError)) throw error;
  }

const small = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(small)
    : value !== null && typeof value === "object"
      ? Object.fromEntries(
          Object.entries(value).map(([name, each]) => [`${name[0]!.toLowerCase()}${name.slice(1)}`, small(each)]),
        )
      : value;

type Configuration = Record<string, unknown>;

/** A configuration as AWS Config records it. */
function recorded(resourceType: string, configuration: Configuration): object {
  const { GetPublicAccessBlock, GetBucketVersioning, ...own } = configuration;
  const block = (GetPublicAccessBlock as Configuration | undefined | null)?.PublicAccessBlockConfiguration;
  const supplements = { PublicAccessBlockConfiguration: block, BucketVersioningConfiguration: GetBucketVersioning };
  return {
    resourceType,
    resourceId: "it",
    configurationItemStatus: "OK",
    configurationItemCaptureTime: "2026-11-24T03:00:00.000Z",
    configuration: small(own),
    supplementaryConfiguration: Object.fromEntries(
      Object.entries(supplements).flatMap(([name, value]) => (value === undefined ? [] : [[name, small(value)]])),
    ),
  };
}

/** As the query judges the row that the tables would have; `controls.test.ts` holds that DuckDB does so too. */
function judged({ sql, resource }: Control, configuration: Configuration): GuardStatus {
  const row = columnsOf(resource).map(({ name, type, member }) => [name, columnValue(type, configuration[member])]);
  const judgement = predicateOf(sql).judge(Object.fromEntries(row) as SqlRow);
  return judgement?.passes === true ? "PASS" : judgement?.passes === false ? "FAIL" : "SKIP";
}

/** Whether the policy looks into a member that is text here. */
const looksIntoText = (policy: string, item: object): boolean =>
  [...policy.matchAll(/^ {2}(\S+) !is_string or \1 == "null"$/gm)].some(
    ([, path]) => typeof path!.split(".").reduce<unknown>((at, name) => Object(at)[name], item) === "string",
  );

/** What stands where something else is expected. */
const ODD = [undefined, null, true, false, 7, "", "true", [], [true], { a: 1 }];

/** The configuration with each member, and each member of a member, replaced by each odd value. */
function* oddities(configuration: object, depth = 2): Generator<Configuration> {
  for (const [name, value] of Object.entries(configuration)) {
    for (const odd of ODD) yield { ...configuration, [name]: odd };
    if (depth > 1 && value !== null && typeof value === "object" && !Array.isArray(value))
      for (const inner of oddities(value, depth - 1)) yield { ...configuration, [name]: inner };
  }
}

/** Guard as the referee of what is generated for it. */
describe("policies in Guard, by AWS's own engine", function () {
  this.timeout(120_000);

  before(function () {
    if (guardRuns()) return;
    if (process.env.CI) throw new Error("cfn-guard is required where CI is set: npm ci --prefix test/referee/guard");
    this.skip();
  });

  async function compare(configurationsOf: (resource: string) => Configuration[], least: number): Promise<void> {
    let compared = 0;
    for (const [resource, written] of policies) {
      const configurations = configurationsOf(resource);
      if (!configurations.length) continue;
      const items = configurations.map((each) => recorded(resource, each));
      for (const [id, statuses] of await askGuard(written, items)) {
        const control = controls.find((each) => each.id === id)!;
        for (const [index, status] of statuses.entries()) {
          const item = items[index]!;
          const expected = looksIntoText(written.get(id)!, item) ? "SKIP" : judged(control, configurations[index]!);
          if (status !== expected) expect.fail(`${id} is ${status} and not ${expected}: ${JSON.stringify(item)}`);
          compared++;
        }
      }
    }
    expect(compared).to.be.at.least(least);
  }

  const ofFixtures = (resource: string): Configuration[] =>
    cases.flatMap(({ items }) =>
      items.flatMap(({ resource_type, configuration }) => (resource_type === resource ? [configuration!] : [])),
    );

  it("judge the resources of all fixtures as the query does", () => compare(ofFixtures, 500));

  it("judge what nobody expects in a member as the query does, and never pass for it", () =>
    compare((resource) => {
      const odd = ofFixtures(resource).flatMap((each) => [...oddities(each)]);
      return [...new Map(odd.map((each) => [JSON.stringify(each), each])).values()];
    }, 5_000));
});
