import { expect } from "chai";
import { judgeFrom, OBSERVATIONS_AT_LEAST } from "../../src/anomalies/anomalies.ts";
import { reasonText } from "../../src/anomalies/anomaly.ts";
import { csvLine, learn, type Observation } from "../../src/anomalies/features.ts";
import { randomOf } from "../../src/anomalies/random.ts";

const TYPE = "AWS::RDS::DBInstance";
const observed = (index: number, configuration: Record<string, unknown>, unread: string[] = []): Observation => ({
  run_id: "run",
  account_id: "111111111111",
  region: "eu-central-1",
  resource_type: TYPE,
  resource_id: `db-${index}`,
  arn: null,
  name: null,
  configuration,
  unread,
  evidence_object: "object",
  evidence_line: index + 1,
});
/** A fleet that varies in what fleets vary in. */
const fleet = (size: number): Observation[] => {
  const random = randomOf("fleet");
  return Array.from({ length: size }, (_, index) =>
    observed(index, {
      DBInstanceIdentifier: `db-${index}`,
      InstanceCreateTime: new Date(index * 1e9).toISOString(),
      Engine: random() < 0.5 ? "postgres" : "mysql",
      AllocatedStorage: 100 + Math.floor(random() * 400),
      MultiAZ: random() < 0.5,
      Encrypted: true,
      Subnets: [1, 2, 3].slice(0, 2 + Math.floor(random() * 2)),
      Endpoint: { Port: 5432 },
    }),
  );
};
const odd = { Encrypted: false, AllocatedStorage: 64_000, Endpoint: { Port: 9 }, Engine: "oracle-ee", MultiAZ: true };
const found = (observations: readonly Observation[]) => {
  const judge = judgeFrom(TYPE, observations);
  return judge ? observations.flatMap((each) => judge(each) ?? []) : [];
};

describe("features of a resource type", () => {
  it("are what varies: no ids, dates or what is the same everywhere", () => {
    expect(learn(fleet(100)).names).to.deep.equal(["AllocatedStorage", "Engine", "MultiAZ", "Subnets.length"]);
  });

  it("tell a member that only some have", () => {
    const { names } = learn([...fleet(50), observed(50, { Tier: 3 })]);
    expect(names).to.include.members(["Tier is there", "Engine is there"]);
  });

  it("are a row of numbers for each resource, one that was not learnt from included", () => {
    const { names, rowOf } = learn(fleet(100));
    const row = csvLine(rowOf(observed(0, { AllocatedStorage: 0, Engine: "unheard-of", MultiAZ: true })));
    expect(row.split(",")).to.have.length(names.length);
    expect(row).to.match(/^0,6\.64\d+,0\.69\d+,/);
  });

  it("are as usual where they could not be read", () => {
    const all = [...fleet(100), observed(100, { GetTier: { Tier: 3 } })];
    const { names, rowOf, usual, reasonsOf } = learn(all);
    const place = names.indexOf("GetTier.Tier is there");
    const unread = observed(101, { AllocatedStorage: 200 }, ["GetTier"]);
    expect(rowOf(unread)[place]).to.equal(usual[place]);
    const reasonAt = (each: Observation) => reasonsOf(each).find(({ at }) => at === place)?.reason;
    expect(reasonAt(unread)).to.equal(undefined);
    expect(reasonAt(all[100]!)).to.deep.include({ value: true, usual: false });
  });
});

describe("anomalies", () => {
  it("are those in a value, and not in being elsewhere: what names the own account and region is usual", () => {
    const zone = (index: number, region: string, zoneIn: string): Observation => ({
      ...observed(index, { Zone: `${zoneIn}-a`, AllocatedStorage: index % 10 }),
      region,
    });
    const spread = Array.from({ length: 200 }, (_, index) => zone(index, "eu-central-1", "eu-central-1"));
    expect(found([...spread, zone(200, "sa-east-1", "sa-east-1")])).to.deep.equal([]);
    const [elsewhere] = found([...spread, zone(200, "sa-east-1", "eu-central-1")]);
    expect(elsewhere!.reasons[0]).to.include({ feature: "Zone", usual: "{region}-a" });
  });

  it("are the planted one, with the members that set it apart, what it has there and what is usual", () => {
    const [anomaly, ...more] = found([...fleet(200), observed(200, odd)]);
    expect(more).to.deep.equal([]);
    expect(anomaly).to.deep.include({ resource_id: "db-200", evidence_line: 201, model: "isolation-forest" });
    expect(anomaly!.reasons.map(({ feature }) => feature)).to.satisfy((all: string[]) =>
      all.every((each) => /^(Encrypted|AllocatedStorage|Endpoint.Port|Engine|.* is there)$/.test(each)),
    );
    for (const { feature, value } of anomaly!.reasons)
      if (feature in odd) expect(value).to.equal(odd[feature as "Engine"]);
  });

  it("are none in a fleet like any other, and none where there are too few to tell", () => {
    expect(found(fleet(200))).to.deep.equal([]);
    expect(found([...fleet(OBSERVATIONS_AT_LEAST - 2), observed(99, odd)])).to.deep.equal([]);
  });

  it("are the same each time they are asked for", () => {
    const all = [...fleet(100), observed(100, odd)];
    expect(found(all)).to.have.length(1);
    expect(found(all)).to.deep.equal(found(all));
  });

  it("say why in a line", () => {
    expect(reasonText({ feature: "Engine", value: "oracle-ee", usual: "postgres", share: 0.00567 })).to.equal(
      'Engine = "oracle-ee" (usual "postgres"; 0.57 % have such)',
    );
    expect(reasonText({ feature: "Tier", value: null, usual: 3, share: 0.01 })).to.equal(
      "Tier = nothing (usual 3; 1 % have such)",
    );
  });
});
