import { expect } from "chai";
import { gapOf, type Source, sourcesOf, type TypeScope } from "../../src/collect/aggregated.ts";
import { type Recorder, records } from "../../src/collect/recorders.ts";

const ACCOUNT = "111111111111";
const TYPE = "AWS::IoT::Policy";
const source = (AwsRegion: string, LastUpdateStatus: Source["LastUpdateStatus"] = "SUCCEEDED"): Source => ({
  SourceId: ACCOUNT,
  SourceType: "ACCOUNT",
  AwsRegion,
  LastUpdateStatus,
});
const recorder = (RecordingGroup: object, Recording = true, awsRegion = "eu-west-1"): Recorder => ({
  awsRegion,
  configuration: { Recording, RecordingGroup },
});
const ALL = { AllSupported: true };

describe("a recorder of AWS Config", () => {
  for (const [what, group, type, kept] of [
    ["of everything records a regional type", ALL, TYPE, true],
    ["of everything leaves global types out", ALL, "AWS::IAM::Role", false],
    ["told to include global types records them", { ...ALL, IncludeGlobalResourceTypes: true }, "AWS::IAM::Role", true],
    ["of named types records those", { ResourceTypes: [TYPE] }, TYPE, true],
    ["of named types records no other", { ResourceTypes: ["AWS::EC2::VPC"] }, TYPE, false],
    [
      "with exceptions leaves them out",
      {
        RecordingStrategy: { UseOnly: "EXCLUSION_BY_RESOURCE_TYPES" },
        ExclusionByResourceTypes: { ResourceTypes: [TYPE] },
      },
      TYPE,
      false,
    ],
    [
      "with exceptions records the others",
      { RecordingStrategy: { UseOnly: "EXCLUSION_BY_RESOURCE_TYPES" } },
      TYPE,
      true,
    ],
  ] as const)
    it(what, () => expect(records(recorder(group), type)).to.equal(kept));

  it("that is off, or says nothing of what it records, records nothing", () => {
    expect(records(recorder(ALL, false), TYPE)).to.equal(false);
    expect(records({ awsRegion: "eu-west-1" }, TYPE)).to.equal(false);
  });
});

describe("an aggregator's answer", () => {
  const asked = (more: Partial<TypeScope> = {}): TypeScope => ({
    account: ACCOUNT,
    region: "eu-west-1",
    type: TYPE,
    found: false,
    ...more,
  });
  const here = [recorder(ALL)];

  for (const [what, gap, expected] of [
    [
      "is whole where the copy is up to date and a recorder keeps the type",
      gapOf(asked(), [source("eu-west-1")], here),
      undefined,
    ],
    ["lacks an account that is no source", gapOf(asked(), [], here), "not-enabled NotAggregated"],
    ["lacks a region that is no source", gapOf(asked(), [source("us-east-1")], here), "not-enabled NotAggregated"],
    [
      "is stale where the copy is",
      gapOf(asked({ found: true }), [source("eu-west-1", "OUTDATED")], here),
      "failed OUTDATED",
    ],
    ["says nothing where there is no recorder", gapOf(asked(), [source("eu-west-1")], []), "not-enabled NoRecorder"],
    [
      "is believed where it has some, though it knows no recorder",
      gapOf(asked({ found: true }), [source("eu-west-1")], []),
      undefined,
    ],
    [
      "is stale where a recorder has been switched off",
      gapOf(asked({ found: true }), [source("eu-west-1")], [recorder(ALL, false)]),
      "failed NotRecorded",
    ],
    [
      "about what is global is whole where one region keeps it",
      gapOf(asked({ region: "global" }), [source("eu-west-1"), source("us-east-1")], here),
      undefined,
    ],
    [
      "about what is global is stale where a copy is that might have it",
      gapOf(asked({ region: "global" }), [source("eu-west-1"), source("us-east-1", "FAILED")], here),
      "failed FAILED",
    ],
    [
      "about what is global is not made stale by a region that does not keep it",
      gapOf(
        asked({ region: "global" }),
        [source("eu-west-1"), source("us-east-1", "FAILED")],
        [...here, recorder({ ResourceTypes: [] }, true, "us-east-1")],
      ),
      undefined,
    ],
  ] as const)
    it(what, () => expect(gap && `${gap.status} ${gap.error.code}`).to.equal(expected));

  it("is the organization's where no account is named, and the account's own otherwise", () => {
    const organization: Source = {
      SourceId: "Organization",
      SourceType: "ORGANIZATION",
      LastUpdateStatus: "SUCCEEDED",
    };
    expect(sourcesOf([organization], ACCOUNT)).to.deep.equal([organization]);
    expect(gapOf(asked(), [organization], here)).to.equal(undefined);
    expect(sourcesOf([organization, source("eu-west-1")], "222222222222")).to.deep.equal([]);
  });
});
