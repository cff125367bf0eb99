import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { auditStack } from "../../stacks/audit.ts";
import { ConfigError } from "../../stacks/config/value.ts";
import { memberStack } from "../../stacks/member.ts";
import { rolloutStack } from "../../stacks/rollout.ts";
import { witnessStack } from "../../stacks/witness.ts";

const KEY =
  "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEnMXmB18sLjDRcEyKBSZ4KKRO+5vl\nBSJBAmhob4cZGubmuZH07i0eF8nxJZVxi/zvaxOv4W5SkK/S6fFhovdWcw==\n-----END PUBLIC KEY-----";
const TRUST = { auditAccountId: "999999999999", externalId: "an-external-id", auditors: "iam" };
const AGGREGATOR = { configAggregatorTypes: "AWS::IoT::Policy" };

describe("where a stack is deployed", () => {
  let made: string[];
  beforeEach(async () => {
    made = [];
    await pulumi.runtime.setMocks({
      newResource: ({ type, name, inputs }) => {
        made.push(type);
        return { id: name, state: inputs };
      },
      // `region` of the call that asks for it, and the account of the one that asks for that.
      call: () => ({ partition: "aws", accountId: "999999999999", region: "eu-central-1" }),
    });
  });
  afterEach(() => pulumi.runtime.disconnect());

  const STACKS = {
    audit: [auditStack, { accounts: "111111111111", auditors: "s3" }],
    member: [memberStack, TRUST],
    rollout: [rolloutStack, { ...TRUST, organizationalUnits: "r-abcd" }],
    witness: [
      witnessStack,
      { auditAccountId: "999999999999", bucketName: "b-1", witnessName: "a/w", witnessedPublicKeys: KEY },
    ],
  } as const;
  for (const [kind, [stack, needed]] of Object.entries(STACKS))
    for (const [key, value, where, more] of [
      ["permissionsBoundary", "arn:aws:iam::111111111111:policy/boundary", "account 999999999999", {}],
      ["permissionsBoundary", "arn:aws-cn:iam::999999999999:policy/boundary", "partition aws", {}],
      ["permissionsBoundary", "arn:aws-us-gov:iam::aws:policy/PowerUserAccess", "partition aws", {}],
      ["configAggregator", "888888888888/cn-north-1/all", "partition aws-cn", AGGREGATOR],
    ] as const) {
      if (kind === "witness" && key === "configAggregator") continue;
      it(`stops a stack of kind ${kind} with ${key} ${value} before anything is made`, async () => {
        const values: Record<string, string> = { ...needed, ...more, [key]: value };
        const error = await stack({ get: (name) => values[name] }).catch((thrown: Error) => thrown);
        expect(error).to.be.instanceOf(ConfigError);
        expect((error as Error).message).to.match(new RegExp(`^${key}: .* in (the )?${where}\\b.*Try: `));
        expect(made).to.deep.equal([]);
      });
    }
});
