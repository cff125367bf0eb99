import { expect } from "chai";
import { anomaliesOf, SUBJECTS_AT_LEAST } from "../../anomalies/anomalies.ts";
import { featuresOf, type Subject } from "../../anomalies/features.ts";
import { randomOf } from "../../sandbox/random.ts";

const TYPE = "AWS::RDS::DBInstance";
const subject = (index: number, configuration: Record<string, unknown>, run_id = "2"): Subject => ({
  run_id,
  account_id: "111111111111",
  region: "eu-central-1",
  resource_id: `db-${index}`,
  arn: null,
  configuration,
  evidence_object: "object",
  evidence_line: index + 1,
});
/** A fleet that varies in what fleets vary in. */
const fleet = (size: number, run?: string): Subject[] => {
  const random = randomOf("fleet");
  return Array.from({ length: size }, (_, index) =>
    subject(
      index,
      {
        DBInstanceIdentifier: `db-${index}`,
        InstanceCreateTime: new Date(index * 1e9).toISOString(),
        Engine: random() < 0.5 ? "postgres" : "mysql",
        AllocatedStorage: 100 + Math.floor(random() * 400),
        MultiAZ: random() < 0.5,
        Encrypted: true,
        Subnets: [1, 2, 3].slice(0, 2 + Math.floor(random() * 2)),
        Endpoint: { Port: 5432 },
      },
      run,
    ),
  );
};
const odd = { Encrypted: false, AllocatedStorage: 64_000, Endpoint: { Port: 9 }, Engine: "oracle-ee", MultiAZ: true };
const found = (subjects: readonly Subject[]) => anomaliesOf(TYPE, subjects, "2", randomOf("forest"));

describe("features of a resource type", () => {
  it("are what varies: no ids, dates or what is the same everywhere", () => {
    expect(featuresOf(fleet(100)).names).to.deep.equal(["AllocatedStorage", "Engine", "MultiAZ", "Subnets.length"]);
  });

  it("tell a member that only some have", () => {
    const { names } = featuresOf([...fleet(50), subject(50, { Tier: 3 })]);
    expect(names).to.include.members(["Tier is there", "Engine is there"]);
  });
});

describe("anomalies", () => {
  it("are the planted one, with the members that set it apart and what it has there", () => {
    const [anomaly, ...more] = found([...fleet(200), subject(200, odd)]);
    expect(more).to.deep.equal([]);
    expect(anomaly!.subject.resource_id).to.equal("db-200");
    expect(anomaly!.reasons.map(({ feature }) => feature)).to.satisfy((all: string[]) =>
      all.every((each) => /^(Encrypted|AllocatedStorage|Endpoint.Port|Engine|.* is there)$/.test(each)),
    );
    for (const { feature, value } of anomaly!.reasons)
      if (feature in odd) expect(value).to.equal(odd[feature as "Engine"]);
  });

  it("are none in a fleet like any other, and none where there are too few to tell", () => {
    expect(found(fleet(200))).to.deep.equal([]);
    expect(found([...fleet(SUBJECTS_AT_LEAST - 2), subject(99, odd)])).to.deep.equal([]);
  });

  it("are of the last run alone, and the same each time they are asked for", () => {
    const subjects = [...fleet(100, "1"), subject(100, odd, "1"), ...fleet(100), subject(100, odd)];
    expect(new Set(found(subjects).map(({ subject: { run_id } }) => run_id))).to.deep.equal(new Set(["2"]));
    expect(found(subjects)).to.deep.equal(found(subjects));
  });
});
