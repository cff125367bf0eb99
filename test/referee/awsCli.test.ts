import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { handedIn } from "../../estate/handedIn.ts";
import { databasesOf } from "../../sandbox/estate/databases.ts";
import { MANAGEMENT_ACCOUNT } from "../../sandbox/estate/organization.ts";
import { homesOf, regionsOf } from "../../sandbox/estate/regions.ts";
import { inProcess } from "../../sandbox/inProcess.ts";
import { type RunningSandbox, startSandbox } from "../../sandbox/server.ts";
import { type Collector, isGlobal, type Listing, type Read, type Service } from "../../src/auditors/collector.ts";
import { inputFor } from "../../src/auditors/inputs.ts";
import { valuesAt } from "../../src/auditors/paths.ts";
import { loadServices } from "../../src/auditors/registry.ts";
import { type AwsCli, awsCli } from "./awsCli.ts";
import { cleanEnvironment, has } from "./commands.ts";

const SEED = 1;
const MEMBER = "111111111111";
const REGION = homesOf(SEED, MEMBER)[0]!;

type Values = Record<string, unknown>;

/** How the CLI spells an operation: `DescribeDBInstances` is `describe-db-instances`. */
const kebab = (name: string): string =>
  name
    .replace(/ACLs$/, "Acls")
    .replace(/([a-z\d])([A-Z])/g, "$1-$2")
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1-$2")
    .toLowerCase();

describe("the AWS CLI, of what the sandbox answers", function () {
  this.timeout(300_000);
  let running: RunningSandbox;
  let cli: AwsCli;

  before(async function () {
    if (!process.env.CI && !has("aws")) {
      console.log("      skipped: there is no AWS CLI (aws) on this machine");
      this.skip();
    }
    running = await startSandbox({
      ...handedIn,
      folder: mkdtempSync(join(tmpdir(), "aws-cli-")),
      port: 0,
      accounts: 30,
      seed: SEED,
    });
    // The variable alone does not do: version 1 of the CLI has RDS of us-east-1 answer from elsewhere.
    cli = awsCli(environment(MEMBER), running.endpoint);
  });
  after(async () => {
    cli?.stop();
    await running?.stop();
  });

  const environment = (account: string) =>
    cleanEnvironment({
      AWS_ENDPOINT_URL: running.endpoint,
      AWS_DEFAULT_REGION: REGION,
      AWS_ACCESS_KEY_ID: account,
      AWS_SECRET_ACCESS_KEY: "sandbox",
      AWS_MAX_ATTEMPTS: "1",
    });
  const asked = async (args: readonly string[]): Promise<unknown> => {
    const { code, out, err } = await cli.run(args);
    if (code) throw new Error(`aws ${args.join(" ")}: ${err.trim()}`);
    return out ? JSON.parse(out) : {};
  };

  for (const [operation, query, expected] of [
    [
      "describe-db-instances",
      "DBInstances[].DBInstanceArn",
      () => databases().instances.map((each) => each.DBInstanceArn),
    ],
    ["describe-db-clusters", "DBClusters[].DBClusterArn", () => databases().clusters.map((each) => each.DBClusterArn)],
    [
      "describe-db-snapshots",
      "DBSnapshots[].DBSnapshotArn",
      () => databases().snapshots.map((each) => each.DBSnapshotArn),
    ],
    [
      "describe-db-cluster-snapshots",
      "DBClusterSnapshots[].DBClusterSnapshotArn",
      () => databases().clusterSnapshots.map((each) => each.DBClusterSnapshotArn),
    ],
    [
      "describe-db-subnet-groups",
      "DBSubnetGroups[].DBSubnetGroupArn",
      () => databases().subnetGroups.map((each) => each.DBSubnetGroupArn),
    ],
    [
      "describe-option-groups",
      "OptionGroupsList[].OptionGroupArn",
      () => databases().optionGroups.map((each) => each.OptionGroupArn),
    ],
  ] as const)
    it(`rds ${operation} lists what the state holds`, async () => {
      expect(await asked(["rds", operation, "--query", query])).to.have.members(expected() as string[]);
    });
  const databases = () => databasesOf(SEED, MEMBER, REGION, 1);

  it("rds pages, and the CLI follows to the end", async () => {
    const listed = await asked(["rds", "describe-db-instances", "--page-size", "20", "--query", "length(DBInstances)"]);
    expect(listed).to.equal(databases().instances.length);
  });

  it("iam and s3 list what the state holds", async () => {
    const { state } = running.sandbox;
    const own = <T extends { account: string }>(all: Iterable<T>) =>
      [...all].filter(({ account }) => account === MEMBER);
    for (const [command, query, expected] of [
      ["list-roles", "Roles[].Arn", own(state.roles.values()).map(({ Arn }) => Arn)],
      ["list-users", "Users[].Arn", own(state.users).map(({ Arn }) => Arn)],
      ["get-account-authorization-details", "RoleDetailList[].Arn", own(state.roles.values()).map(({ Arn }) => Arn)],
    ] as const)
      expect(await asked(["iam", command, "--query", query])).to.have.members([...expected]);
    const buckets = [...state.buckets.values()].filter(({ owner }) => owner === MEMBER).map(({ name }) => name);
    expect(await asked(["s3api", "list-buckets", "--query", "Buckets[].Name"])).to.have.members(buckets);
  });

  it("ec2 tells the closed regions, and a closed one answers like bad credentials", async () => {
    const query = "Regions[?OptInStatus=='not-opted-in'].RegionName";
    const closed = regionsOf(SEED, MEMBER).filter(({ optIn }) => optIn === "not-opted-in");
    const listed = await asked(["ec2", "describe-regions", "--all-regions", "--query", query]);
    expect(listed).to.have.members(closed.map(({ name }) => name)).and.not.empty;
    const { code, err } = await cli.run(["rds", "describe-db-instances", "--region", closed[0]!.name]);
    expect(code).not.to.equal(0);
    expect(err).to.match(/InvalidClientTokenId/);
  });

  it("s3 and ssm keep what the CLI writes, once where told so", async () => {
    const put = [
      "s3api",
      "put-object",
      "--bucket",
      "cli-bucket",
      "--key",
      "a/b",
      "--body",
      "package.json",
      "--if-none-match",
      "*",
    ];
    await asked(["s3api", "create-bucket", "--bucket", "cli-bucket"]);
    await asked(put);
    expect((await cli.run(put)).err).to.match(/PreconditionFailed/);
    const size = await asked(["s3api", "list-objects-v2", "--bucket", "cli-bucket", "--query", "Contents[0].Size"]);
    expect(size).to.equal(running.sandbox.state.buckets.get("cli-bucket")?.objects.get("a/b")?.[0]?.body.length);
    await asked(["ssm", "put-parameter", "--name", "/a/b", "--type", "StringList", "--value", "1,2"]);
    expect(await asked(["ssm", "get-parameter", "--name", "/a/b", "--query", "Parameter.Value"])).to.equal("1,2");
  });

  it("kms signs for the CLI, and sts refuses a role that trusts somebody else", async () => {
    const spec = ["--key-spec", "ECC_NIST_P256", "--key-usage", "SIGN_VERIFY", "--query", "KeyMetadata.KeyId"];
    const key = String(await asked(["kms", "create-key", ...spec]));
    const message = [
      "--key-id",
      key,
      "--message",
      Buffer.from("evidence").toString("base64"),
      "--signing-algorithm",
      "ECDSA_SHA_256",
    ];
    const signature = join(mkdtempSync(join(tmpdir(), "aws-cli-")), "signature");
    const signed = String(await asked(["kms", "sign", ...message, "--query", "Signature"]));
    writeFileSync(signature, Buffer.from(signed, "base64"));
    const verify = ["kms", "verify", ...message, "--signature", `fileb://${signature}`, "--query", "SignatureValid"];
    const valid = await asked(verify);
    expect(valid).to.equal(true);
    const role = ["--role-arn", `arn:aws:iam::${MEMBER}:role/app`, "--role-session-name", "cli"];
    expect((await cli.run(["sts", "assume-role", ...role])).err).to.match(/AccessDenied.*sts:AssumeRole/);
  });

  it("organizations lists every account over its pages", async () => {
    const managing = awsCli(environment(MANAGEMENT_ACCOUNT), running.endpoint);
    const { out } = await managing.run(["organizations", "list-accounts", "--query", "length(Accounts)"]);
    managing.stop();
    expect(JSON.parse(out)).to.equal(running.sandbox.state.members.length + 2);
  });

  it("every list and detail read of the auditors answers the CLI as it answers the SDK", async () => {
    const differences: string[] = [];
    let compared = 0;
    for (const service of await loadServices()) {
      // The CLI puts the account in front of S3 Control's host, and this one's is an address.
      if (service.name === "s3control") continue;
      // The SDK lists SES's identities and configuration sets by paths that this CLI does not ask for.
      if (service.name === "ses") continue;
      const compare = comparing(service);
      for (const collector of service.collectors) {
        const { found, problems, calls } = await compare(collector);
        compared += calls;
        differences.push(...problems.map((problem) => `${collector.type}: ${problem}`));
        if (found === undefined) differences.push(`${collector.type}: the SDK could not list it`);
      }
    }
    expect(differences, differences.join("\n")).to.be.empty;
    expect(compared).to.be.above(30);
  });

  /** Compares a service's reads: the listing of each type, and the detail reads of its first resource. */
  function comparing(service: Service) {
    const where = { partition: "aws", account: MEMBER, region: REGION };
    const clientOf = (Client: Service["client"], region: string) =>
      new Client({
        region,
        requestHandler: inProcess(running.sandbox),
        maxAttempts: 1,
        forcePathStyle: true,
        credentials: { accessKeyId: MEMBER, secretAccessKey: "any" },
      });
    const commandOf = (client: object): string => {
      const { serviceId } = (client as { config: { serviceId: string } }).config;
      const plain = serviceId.toLowerCase().replaceAll(" ", "-");
      return CLI_NAMES[plain] ?? plain.replaceAll("-", CLI_DASHED.has(plain) ? "-" : "");
    };

    return async (collector: Collector) => {
      const region = isGlobal(collector) ? (collector.scope === "global" ? "us-east-1" : collector.scope) : REGION;
      const problems: string[] = [];
      let calls = 0;
      const read = async ({ command: Command, operation, client: Other }: Read, input: Values) => {
        const client = clientOf(Other ?? service.client, region);
        const bySdk = await client.send(new Command(input)).then(
          (answer: Values) => answer,
          (error: Error) => error,
        );
        const args = [commandOf(client), kebab(operation), "--region", region, "--no-paginate"];
        const { code, out, err } = await cli.run([...args, "--cli-input-json", JSON.stringify(input)]);
        calls++;
        const byCli = out ? (JSON.parse(out) as Values) : {};
        if (bySdk instanceof Error) {
          const name = (bySdk as { Code?: string }).Code ?? bySdk.name;
          if (!code || !err.includes(name.replace(/Exception$|Fault$/, "")))
            problems.push(`${operation}: the SDK met ${bySdk.name}, the CLI ${err.trim() || out.slice(0, 80)}`);
          return undefined;
        }
        if (code) problems.push(`aws ${args.join(" ")} ${JSON.stringify(input)}: ${err.trim()}`);
        const { $metadata: _none, ...answer } = bySdk;
        const sdkMembers = Object.keys(answer).filter((name) => answer[name] !== undefined);
        for (const name of sdkMembers)
          if (!(name in byCli) && !NEWER.has(name) && !code && JSON.stringify(answer[name]) !== "[]")
            problems.push(`${operation}: the CLI's answer has no ${name}`);
        return { answer: answer as Values, byCli };
      };
      const resources = async (listing: Listing): Promise<Values[]> => {
        let inputs = listing.inputs(where);
        if (listing.parent) {
          const [parent] = await resources(listing.parent.listing);
          if (!parent) return [];
          inputs = inputs.map((own) => ({
            ...own,
            ...inputFor(listing.parent!.input, parent, { ...where, arn: null }),
          }));
        }
        const [input] = inputs;
        const both = await read(listing, input ?? {});
        if (!both) return [];
        const found = listing.items === undefined ? [both.answer] : (valuesAt(both.answer, listing.items) as Values[]);
        const told = listing.items === undefined ? [both.byCli] : valuesAt(both.byCli, listing.items);
        if (found.length !== told.length)
          problems.push(`${listing.operation}: ${found.length} by the SDK, ${told.length} by the CLI`);
        const id = typeof collector.id === "string" ? collector.id : undefined;
        if (id && !listing.as && !id.includes("{")) {
          const [ours, theirs] = [found, told].map((each) => JSON.stringify(each.flatMap((one) => valuesAt(one, id))));
          if (ours !== theirs) problems.push(`${listing.operation}: ids ${ours} by the SDK, ${theirs} by the CLI`);
        }
        return found.map((each) => (listing.as ? { [listing.as]: each } : each)) as Values[];
      };

      const found = await resources(collector.listing);
      const [first] = found;
      if (first) {
        const about = { ...where, arn: null };
        const details = [
          ...collector.details.filter(({ when }) => when?.(first) ?? true),
          ...(collector.tags.kind === "call" ? [collector.tags.detail] : []),
          ...(collector.describe?.kind === "each" ? [collector.describe.detail] : []),
        ];
        for (const detail of details) {
          const input = inputFor(detail.input, first, about);
          // Without its ARN a resource cannot be asked about here.
          if (Object.values(input).every((value) => value !== null && value !== undefined)) await read(detail, input);
        }
      }
      return { found, problems, calls };
    };
  }
});

/** Members that are younger than the CLI: they are in the SDK's models, and not in the CLI's. */
const NEWER: ReadonlySet<string> = new Set([
  "HomeEfsFileSystemCreation",
  "ManagedBy",
  "S3Tables",
  "idleTimeoutSeconds",
]);
/** Services whose name in the CLI is not their id in lower case without blanks. */
const CLI_NAMES: Record<string, string> = {
  s3: "s3api",
  "cloudwatch-logs": "logs",
  "elastic-load-balancing": "elb",
  "elastic-load-balancing-v2": "elbv2",
  "config-service": "configservice",
  codedeploy: "deploy",
  eventbridge: "events",
  sfn: "stepfunctions",
  "database-migration-service": "dms",
  "cognito-identity-provider": "cognito-idp",
  "directory-service": "ds",
  "auto-scaling": "autoscaling",
  "resource-groups-tagging-api": "resourcegroupstaggingapi",
  "route-53": "route53",
  "direct-connect": "directconnect",
  "elasticsearch-service": "es",
  "api-gateway": "apigateway",
  "application-auto-scaling": "application-autoscaling",
  "service-catalog": "servicecatalog",
  "global-accelerator": "globalaccelerator",
};
/** Services whose name in the CLI keeps the dashes. */
const CLI_DASHED = new Set([
  "acm-pca",
  "bedrock-agent",
  "cognito-identity",
  "ecr-public",
  "emr-serverless",
  "network-firewall",
  "redshift-serverless",
  "resource-explorer-2",
  "service-quotas",
  "sso-admin",
  "timestream-write",
  "vpc-lattice",
]);
