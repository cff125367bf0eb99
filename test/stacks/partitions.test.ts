import { readdirSync, readFileSync } from "node:fs";
import { expect } from "chai";
import { auditStack } from "../../stacks/audit.ts";
import { memberStack } from "../../stacks/member.ts";
import { forNames } from "../../stacks/pipeline.ts";
import { rolloutStack } from "../../stacks/rollout.ts";
import { witnessStack } from "../../stacks/witness.ts";
import { recorded } from "../components/recorded.ts";

const AUDIT = "999999999999";
const KEY =
  "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEnMXmB18sLjDRcEyKBSZ4KKRO+5vl\nBSJBAmhob4cZGubmuZH07i0eF8nxJZVxi/zvaxOv4W5SkK/S6fFhovdWcw==\n-----END PUBLIC KEY-----";

/** Stacks of each kind with everything that they can have, in a region of a partition. */
const stacksIn = (partition: string, region: string) => {
  const arn = (service: string, resource: string, account = AUDIT) =>
    `arn:${partition}:${service}:${service === "iam" ? "" : region}:${account}:${resource}`;
  const everywhere = { permissionsBoundary: arn("iam", "policy/boundary"), tags: "owner=audit" };
  const trust = { auditAccountId: AUDIT, externalId: "an-external-id", auditors: "iam,s3", ...everywhere };
  return {
    audit: [
      auditStack,
      {
        ...everywhere,
        accounts: "111111111111",
        auditors: "s3",
        regions: region,
        encryptionKeyArn: arn("kms", "key/1234abcd"),
        previousSigningKeyArn: arn("kms", "key/5678abcd"),
        alarmTopicArn: arn("sns", "alarms"),
        monthlyBudget: "50",
        notifyTopicArn: arn("sns", "findings"),
        notifyEventBus: "default",
        notifySecurityHub: "true",
        notifyWebhookParameter: "/webhook",
        configRules: "true",
        sageMakerAnomalies: "true",
        quickSightPrincipalArn: arn("quicksight", "group/default/auditors"),
        witnessFunctionArns: arn("lambda", "function:audit-witness", "888888888888"),
        pipelineRepository: "my-org/audit-ecosystem",
        pipelineStateBucket: "my-pulumi-state",
        tracing: "true",
      },
    ],
    member: [memberStack, { ...trust, configRules: "false" }],
    "member with AWS's own policy": [memberStack, { ...trust, memberPolicy: "SecurityAudit" }],
    rollout: [rolloutStack, { ...trust, organizationalUnits: "r-abcd" }],
    witness: [
      witnessStack,
      {
        ...everywhere,
        auditAccountId: AUDIT,
        bucketName: "evidence",
        witnessName: "a.example/w",
        witnessedPublicKeys: KEY,
      },
    ],
  } as const;
};

describe("partitions", function () {
  this.timeout(300_000);

  for (const [partition, region] of [
    ["aws-cn", "cn-north-1"],
    ["aws-us-gov", "us-gov-west-1"],
  ] as const)
    for (const [kind, [stack, values]] of Object.entries(stacksIn(partition, region)))
      it(`nothing of a stack of kind ${kind} in ${partition} is of another partition`, async () => {
        const { all } = await recorded(() => stack({ get: (key) => (values as Record<string, string>)[key] }), {
          partition,
          region,
        });
        expect(all.length).to.be.greaterThan(2);
        for (const { type, name, inputs } of all)
          expect(JSON.stringify(inputs), `${type} ${name}`).not.to.match(/arn:aws:/);
      });

  for (const file of readdirSync("docs/deployer").filter((name) => name.endsWith(".json")))
    it(`docs/deployer/${file} becomes one of another partition by the line of docs/organizations.md`, () => {
      const line = /sed '(s[^']+)'/.exec(readFileSync("docs/organizations.md", "utf8"))![1]!;
      expect(line).to.equal("s/arn:aws:/arn:aws-cn:/g");
      const document = JSON.parse(readFileSync(`docs/deployer/${file}`, "utf8"));
      const here = forNames(document, { partition: "aws-cn", namePrefix: "audit" });
      expect(here).to.deep.equal(JSON.parse(JSON.stringify(document).replaceAll("arn:aws:", "arn:aws-cn:")));
      expect(JSON.stringify(here)).not.to.include("arn:aws:");
    });
});
