import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { expect } from "chai";
import { AUDIT_ACCOUNT, MANAGEMENT_ACCOUNT } from "../../sandbox/estate/organization.ts";
import type { SandboxState } from "../../sandbox/state.ts";
import { stateStatements } from "../../stacks/pipeline.ts";
import { documented, edited } from "./deployer.ts";
import { type PulumiProject, pulumiProject, requirePulumi, type Said } from "./pulumiProject.ts";

const MEMBER = "111111111111";
/** Accounts without a stack of their own until `members up` makes them; the last one has left. */
const LISTED = ["222222222222", "333333333333", "012345678901"];
const MB = 1_000_000;
const PROFILES: Record<string, string> = { audit: AUDIT_ACCOUNT, member: MEMBER };

/** What is off by default. */
const EVERYTHING = {
  catalog: "true",
  schedule: "'rate(12 hours)'",
  tracing: "true",
  alarmTopicArn: `arn:aws:sns:eu-central-1:${AUDIT_ACCOUNT}:alarms`,
  monthlyBudget: "50",
  notifyTopicArn: `arn:aws:sns:eu-central-1:${AUDIT_ACCOUNT}:findings`,
  notifyEventBus: "default",
  notifySecurityHub: "true",
  notifyWebhookParameter: "/webhook",
  configRules: "true",
  sageMakerAnomalies: "true",
  quickSightPrincipalArn: `arn:aws:quicksight:eu-central-1:${AUDIT_ACCOUNT}:group/default/auditors`,
  pipelineRepository: "my-org/audit-ecosystem",
};

/** Names of all that stands in a sandbox, kind by kind; what only happened is none of it. */
function standingIn(state: SandboxState): string[] {
  const { sessions: _sessions, events: _events, queries: _queries, topics: _topics, quickSight, ...kinds } = state;
  const maps = Object.entries({ ...kinds, ...quickSight }).filter(([, kind]) => kind instanceof Map);
  const named = maps.flatMap(([kind, all]) => [...(all as Map<string, unknown>).keys()].map((key) => `${kind} ${key}`));
  return [...named, ...state.oidcProviders.map(({ Arn }) => `oidcProviders ${Arn}`)];
}

/** Pulumi's lines of the README's "Taking it to AWS", as they stand there. */
function readmeLines(): string[] {
  const section = readFileSync("README.md", "utf8").split("## Taking it to AWS\n")[1]!.split("\n## ")[0]!;
  const block = /```sh\n(.*?)```/s.exec(section)![1]!;
  const lines = block.split("\n").filter((line) => /^(npx )?pulumi /.test(line));
  return lines.map((line) =>
    line.replace(/<profile of the (\w+) account>/, (_, account: string) => PROFILES[account]!),
  );
}

describe("Pulumi's own command line", function () {
  this.timeout(900_000);
  let project: PulumiProject;

  /** Runs a line that is to end well. */
  const sh = async (line: string, folder?: string): Promise<Said> => {
    const said = await project.sh(line, folder);
    expect(said.code, `${line}\n${said.text.slice(-4000)}`).to.equal(0);
    return said;
  };
  /** The preview would run the program once more; the README's lines do. */
  const up = (options = "") => sh(`pulumi up --skip-preview ${options}`);
  const exported = async (stack: string) => {
    const { text } = await sh(`pulumi stack export --stack ${stack} 2>/dev/null`);
    return { text, resources: JSON.parse(text).deployment.resources as { type: string; urn: string }[] };
  };
  const set = (values: Record<string, string>) =>
    sh(
      Object.entries(values)
        .map(([key, value]) => `pulumi config set ${key} ${value}`)
        .join(" && "),
    );
  const inAccount = (account: string, type: RegExp) =>
    project.world.all().filter((each) => each.account === account && type.test(each.type));

  before(async function () {
    requirePulumi(this);
    project = await pulumiProject(3);
    for (const account of LISTED) await project.mayDeploy(account, [documented("member")]);
  });
  after(() => project?.close());

  it("takes the README's lines, one after the other, without a warning of the program's", async () => {
    for (const line of readmeLines()) {
      const { text } = await sh(line);
      expect(text, line).not.to.match(/warning: /);
    }
    expect(inAccount(MEMBER, /iam\/role:Role$/)).to.have.length(1);
    const trust = inAccount(MEMBER, /iam\/role:Role$/)[0]!.inputs.assumeRolePolicy;
    expect(trust).to.include(AUDIT_ACCOUNT);
  });

  it("keeps a small state of few resources, without the key of the digests", async () => {
    const audit = await exported("audit");
    expect(audit.resources.length, "resources of the audit account's stack").to.be.at.most(220);
    expect(audit.text.length, "bytes of its state").to.be.below(3 * MB);
    const member = await exported("member-prod");
    // Two thirds are the generated policies, which Pulumi keeps as inputs and as outputs.
    expect(member.text.length, "bytes of a member's state").to.be.below(0.1 * MB);
    for (const { text } of [audit, member]) expect(text, "a path of this machine").not.to.include(project.folder);
    const { environment } = [...project.sandbox.state.functions.values()].find(
      ({ FunctionName }) => FunctionName === "audit-get-meta-iam",
    )!;
    expect(environment.DIGEST_KEY).to.be.a("string").with.length.of.at.least(32);
    expect(audit.text).not.to.include(environment.DIGEST_KEY);
  });

  it("has nothing to do a second time, nor from a checkout at another path", async () => {
    await sh("pulumi preview --stack audit --expect-no-changes");
    const other = project.checkout("another checkout");
    for (const stack of ["audit", "member-prod"])
      cpSync(join(project.folder, `Pulumi.${stack}.yaml`), join(other, `Pulumi.${stack}.yaml`));
    await sh("pulumi preview --stack audit --expect-no-changes", other);
    await sh("pulumi preview --stack member-prod --expect-no-changes", other);
  });

  for (const [what, line, said] of [
    ["a key that there is not", "pulumi config set acounts 111111111111", /acounts: no such key; is it accounts\?/],
    ["a word for a number", "pulumi config set objectLockDays thirty", /objectLockDays: "thirty" — a whole number/],
    ["a word for true", "pulumi config set tracing yes", /tracing: "yes" — true or false is expected/],
    ["a cron expression of hour 25", "pulumi config set schedule 'cron(0 25 * * ? *)'", /"25" is no hours/],
  ] as const)
    it(`refuses ${what} with one line, and changes nothing`, async () => {
      const [, key] = /config set (\w+)/.exec(line)!;
      const before = project.world.all().length;
      await sh(`pulumi stack select audit && ${line}`);
      const refused = await project.sh("pulumi up");
      expect(refused.code, refused.text).not.to.equal(0);
      expect(refused.text)
        .to.match(said)
        .and.not.to.match(/\n\s+at /);
      expect(project.world.all().length).to.equal(before);
      await sh(`pulumi config rm ${key}`);
    });

  it("refuses an id that YAML reads as octal, and proposes no other account's", async () => {
    const file = join(project.folder, "Pulumi.audit.yaml");
    const whole = readFileSync(file, "utf8");
    writeFileSync(file, whole.replace(/(audit-ecosystem:accounts:).*/, "$1 011111111111"));
    const refused = await project.sh("pulumi preview --stack audit");
    writeFileSync(file, whole);
    expect(refused.code).not.to.equal(0);
    expect(refused.text)
      .to.match(/accounts: "1227133513" — .*leading zeros/)
      .and.not.to.match(/00\d{10}"/);
  });

  it("changes the parameter alone for another account, set by path", async () => {
    await sh("pulumi config rm accounts --stack audit");
    for (const [index, id] of LISTED.entries())
      await sh(`pulumi config set --stack audit --path 'accounts[${index}]' ${id}`);
    const { text } = await up("--stack audit");
    expect(text)
      .to.match(/~ 1 updated/)
      .and.not.to.match(/created|deleted|replaced/);
    const [parameter] = inAccount(AUDIT_ACCOUNT, /ssm\/parameter/);
    expect(parameter!.inputs.value.value ?? parameter!.inputs.value).to.include("012345678901");
  });

  it("brings the stacks of all listed accounts up by itaudit members up, and a second time none", async () => {
    const first = await project.itaudit("members up --all");
    expect(first.code, first.text).to.equal(0);
    expect(first.text).to.include("3 member stacks: 3 brought up, 0 stood already, 0 failed");
    for (const account of LISTED)
      expect(inAccount(account, /iam\/role:Role$/)[0]!.inputs.assumeRolePolicy).to.include(AUDIT_ACCOUNT);
    const second = await project.itaudit("members up --all");
    expect(second.text).to.include("3 member stacks: 0 brought up, 3 stood already, 0 failed");
    await sh("pulumi stack select audit");
  });

  it("goes on with the others where itaudit members up finds a stack locked, and may not change another", async () => {
    const [locked, denied, other] = LISTED as [string, string, string];
    const locks = join(project.backend, ".pulumi", "locks", "organization", "audit-ecosystem");
    mkdirSync(join(locks, `member-${locked}`), { recursive: true });
    const lock = { pid: 1, username: "someone", hostname: "elsewhere", timestamp: new Date().toISOString() };
    writeFileSync(join(locks, `member-${locked}`, "11111111-1111-4111-8111-111111111111.json"), JSON.stringify(lock));
    await project.mayDeploy(denied, [documented("member").replace('"iam:UpdateAssumeRolePolicy",', "")]);
    const { code, text } = await project.itaudit("members up --all --config organizationId=o-sandbox0000");
    expect(code, text).to.equal(2);
    const lineOf = (account: string) => text.split("\n").find((line) => line.includes(`member-${account}  `));
    expect(lineOf(locked)).to.match(
      /failed {2}the stack is currently locked by 1 lock\(s\).*`pulumi cancel --stack member-\d{12}`/,
    );
    expect(lineOf(denied)).to.match(
      /failed {2}(?!.*;)User: \S+ is not authorized to perform: iam:UpdateAssumeRolePolicy/,
    );
    expect(lineOf(other)).to.match(/up {6}.*1 update/);
    rmSync(join(locks, `member-${locked}`), { recursive: true });
    await project.mayDeploy(denied, [documented("member")]);

    const wrong = await project.itaudit("members up --all --again", { PULUMI_CONFIG_PASSPHRASE: "another" });
    expect(wrong.code, wrong.text).to.equal(2);
    expect(wrong.text.match(/incorrect passphrase/g)).to.have.length(3);
    const shellAlone = join(project.folder, "shell");
    mkdirSync(shellAlone);
    symlinkSync("/bin/sh", join(shellAlone, "sh"));
    const absent = await project.itaudit("members up --all", { PATH: shellAlone });
    expect(absent.code, absent.text).to.equal(1);
    expect(absent.text).to.include("there is no Pulumi CLI on the PATH");
  });

  it("lets the stack under way end where itaudit members up is interrupted, and goes on with the others later", async () => {
    const underWay = join(
      project.backend,
      ".pulumi",
      "locks",
      "organization",
      "audit-ecosystem",
      `member-${LISTED[0]}`,
    );
    const interrupted = await project.itaudit(
      `members up --all --again --concurrency 1 & p=$!; until ls ${underWay}/*.json; do sleep 0.2; done 2>&1 >/dev/null; kill -INT $p; wait $p`,
    );
    expect(interrupted.code, interrupted.text).to.equal(2);
    expect(interrupted.text).to.include("3 member stacks: 1 brought up, 0 stood already, 0 failed, 2 left");
    const second = await project.itaudit("members up --all");
    expect(second.text).to.include("3 member stacks: 2 brought up, 1 stood already, 0 failed");
    await sh("pulumi stack select audit");
  });

  it("replaces the signing key by the lines of docs/backup.md, and both keys sign the hand-over", async () => {
    const [account] = LISTED;
    const bucket = (await sh("pulumi stack output bucketName --stack audit")).text.trim();
    const run = async () => {
      const said = await project.itaudit(`run --wait --accounts ${account} --auditors s3 --regions eu-central-1`);
      expect(said.code, said.text).to.equal(0);
    };
    const stored = (key: RegExp) => {
      const { objects } = project.sandbox.state.buckets.get(bucket)!;
      return [...objects.keys()].filter((each) => key.test(each)).sort();
    };
    const verified = async (pem: string) => {
      const said = await project.itaudit(`verify --all --bucket ${bucket} --public-key ${pem}`);
      expect(said.code, said.text).to.equal(0);
      return said.text;
    };
    await run();
    await sh("pulumi stack output signingPublicKey --stack audit > key-old.pem");
    const newest = stored(/manifest\.json$/).at(-1)!;
    const manifest = project.sandbox.state.buckets.get(bucket)!.objects.get(newest)!.at(-1)!.body;
    writeFileSync(join(project.folder, "manifest.json"), manifest);
    expect(stored(/^keys\/hand-overs\//)).to.be.empty;

    const section = readFileSync("docs/backup.md", "utf8").split("## Replace the signing key\n")[1]!;
    const lines = /```sh\n(.*?)```/s.exec(section)![1]!.trim().split("\n");
    expect(lines.filter((line) => line.startsWith("itaudit"))).to.deep.equal(["itaudit run --wait"]);
    for (const line of lines) await (line.startsWith("itaudit") ? run() : sh(line));

    await sh(
      "pulumi stack output signingPublicKey --stack audit > key-new.pem && cat key-old.pem key-new.pem > both.pem",
    );
    expect(readFileSync(join(project.folder, "key-new.pem"), "utf8")).not.to.equal(
      readFileSync(join(project.folder, "key-old.pem"), "utf8"),
    );
    expect(stored(/^keys\/hand-overs\//)).not.to.be.empty;
    for (const pem of ["key-old.pem", "both.pem"]) expect(await verified(pem)).not.to.match(/without a record/);
    await run();
    await verified("key-old.pem");
    await sh("pulumi preview --expect-no-changes");
  });

  describe("a stack of each kind, by the documented policies of who deploys it and no others", () => {
    /** Who deploys where, what is set, and what is changed later. */
    const KINDS: [string, string, string[], Record<string, string>, [string, string]][] = [
      ["member", MEMBER, ["member", "member-rules"], { configRules: "true", auditors: "iam" }, ["auditors", "rds,iam"]],
      [
        "rollout",
        MANAGEMENT_ACCOUNT,
        ["member", "rollout"],
        { organizationalUnits: "r-sbox" },
        ["auditors", "rds,iam"],
      ],
      [
        "witness",
        LISTED[1]!,
        ["witness"],
        { witnessName: "auditors.example/w1", bucketName: "evidence" },
        ["logRetentionDays", "30"],
      ],
    ];
    const REASON =
      /is not authorized to perform: iam:CreatePolicy on resource: arn:aws:iam::222222222222:policy\/member-/;

    for (const [kind, account, policies, values, [key, value]] of KINDS)
      it(`${kind}: is made, found unchanged, changed and destroyed`, async () => {
        // In the member's account the README's role stands, so that this one has another name.
        const role = account === MEMBER ? "another-role" : "audit-cross-account-access-role";
        const named = (text: string) => text.replaceAll("audit-cross-account-access-role", role);
        await project.mayDeploy(account, policies.map(documented).map(named));
        await sh(`pulumi stack init ${kind}-by-policy`);
        const shared: Record<string, string> =
          kind === "witness" ? {} : { externalId: "an-external-id", crossAccountRoleName: role };
        await set({ "aws:region": "eu-central-1", "aws:profile": account, kind, auditAccountId: AUDIT_ACCOUNT });
        await set({ ...shared, ...values });
        if (kind === "witness")
          await sh('pulumi config set witnessedPublicKeys -- "$(pulumi stack output signingPublicKey --stack audit)"');
        await up();
        await sh("pulumi preview --expect-no-changes");
        await set({ [key]: value });
        expect((await up()).text).to.match(/~ \d+ updated/);
        await sh("pulumi destroy");
        await sh("pulumi stack select audit");
      });

    it("without one permission stops with its name, and goes on once it is given", async () => {
      const [account] = LISTED;
      // Where a member's stack stands, its role has the usual name.
      const policy = documented("member").replaceAll("audit-cross-account-access-role", "another-role");
      await project.mayDeploy(account!, [policy.replace('"iam:CreatePolicy",', "")]);
      await sh("pulumi stack init denied");
      const trust = {
        auditAccountId: AUDIT_ACCOUNT,
        externalId: "an-external-id",
        crossAccountRoleName: "another-role",
      };
      await set({ "aws:region": "eu-central-1", "aws:profile": account!, kind: "member", auditors: "iam", ...trust });
      const refused = await project.sh("pulumi up --skip-preview");
      expect(refused.code).not.to.equal(0);
      expect(refused.text).to.match(REASON);
      await project.mayDeploy(account!, [policy]);
      await up();
      await sh("pulumi destroy && pulumi stack select audit");
    });
  });

  describe("a delivery pipeline, whose state is in a bucket", () => {
    const STATE = "my-pulumi-state";
    const role = (job: string) => `cd-pipeline-${job}`;
    const stack = "--stack pipeline";
    /** Runs a job's command as its workflow does, with the credentials of the job's role. */
    const as = (who: string, line: string) =>
      project.shAs(who, line, {
        PULUMI_BACKEND_URL: `s3://${STATE}?endpoint=${project.endpoint}&s3ForcePathStyle=true&region=eu-central-1`,
      });
    const state = () => {
      const { objects } = project.sandbox.state.buckets.get(STATE)!;
      return [...objects].flatMap(([key, versions]) =>
        versions.at(-1)!.deleteMarker ? [] : [`${key} ${versions.at(-1)!.etag}`],
      );
    };
    const ended = async (who: string, line: string): Promise<string> => {
      const { code, text } = await as(who, line);
      expect(code, `${who}: ${line}\n${text.slice(-4000)}`).to.equal(0);
      return text;
    };

    before(async () => {
      const s3 = new S3Client({
        endpoint: project.endpoint,
        region: "eu-central-1",
        forcePathStyle: true,
        credentials: { accessKeyId: AUDIT_ACCOUNT, secretAccessKey: "sandbox" },
      });
      await s3.send(new CreateBucketCommand({ Bucket: STATE }));
      const own = { prefix: "cd", bucket: "acme-cd" };
      const policies = ["audit", "audit-options"].map((name) => edited(name, own));
      const theState = stateStatements(STATE, true);
      const person = [
        ...policies,
        documented("pipeline"),
        JSON.stringify({ Version: "2012-10-17", Statement: theState }),
      ];
      await project.mayDeploy(AUDIT_ACCOUNT, person);
      const values = {
        "aws:region": "eu-central-1",
        kind: "audit",
        accounts: MEMBER,
        auditors: "s3",
        catalog: "false",
        namePrefix: "cd",
        parameterName: "/cd/accounts",
        pipelineRepository: "my-org/audit-ecosystem",
        pipelineStateBucket: STATE,
      };
      const set = Object.entries(values).map(([key, value]) => `pulumi config set ${stack} ${key} ${value}`);
      await ended("deployer", [`pulumi stack init pipeline`, ...set, `pulumi up --skip-preview ${stack}`].join(" && "));
    });

    it("previews a change by the preview's role, which writes nothing of the state", async () => {
      const standing = state();
      await ended(role("preview"), `pulumi config set ${stack} accounts ${LISTED[0]}`);
      expect(await ended(role("preview"), `pulumi preview ${stack}`)).to.match(/~ 1 to update/);
      expect(state()).to.deep.equal(standing);
      const refused = await as(role("preview"), `pulumi up --skip-preview ${stack}`);
      expect(refused.code).not.to.equal(0);
      expect(refused.text).to.match(/not authorized to perform: (ssm|s3):PutParameter|s3:PutObject/);
    });

    it("deploys the change by the deploying role, and finds no drift by the role that looks for it", async () => {
      await ended(role("deploy"), `pulumi config set ${stack} tracing true && pulumi up --skip-preview ${stack}`);
      const standing = state();
      await ended(role("drift"), `pulumi preview --refresh --expect-no-changes ${stack}`);
      expect(state()).to.deep.equal(standing);
    });

    it("uses each statement about the state that a job's role has, and asks for no other", () => {
      const used = [...project.sandbox.iam.used].filter((each) => each.startsWith(role("")));
      for (const [job, writes] of [
        ["deploy", true],
        ["preview", false],
        ["drift", false],
      ] as const)
        for (const { Sid } of stateStatements(STATE, writes))
          expect(
            used.filter((each) => each.startsWith(`${role(job)} ${Sid} `)),
            `${job} ${Sid}`,
          ).not.to.be.empty;
    });

    after(async () => {
      await as(role("deploy"), `pulumi destroy ${stack}`);
      // GitHub's provider stays; nobody else uses it here.
      project.sandbox.state.oidcProviders.length = 0;
    });
  });

  describe("a small stack with a bucket of its own name", () => {
    let before_: string[];
    const bucket = () => inAccount("999999999999", /s3\/bucket:Bucket$/).find(({ id }) => id === "acme-audit");
    before(async () => {
      const own = ["small", "little"].map((prefix) => ({ prefix, bucket: "acme-audit" }));
      const policies = own.flatMap((names) => ["audit", "audit-options"].map((name) => edited(name, names)));
      await project.mayDeploy(AUDIT_ACCOUNT, [...policies, documented("pipeline")]);
      before_ = standingIn(project.sandbox.state);
      await sh("pulumi stack init small");
      await set({ "aws:region": "eu-central-1", kind: "audit", accounts: MEMBER, auditors: "s3", catalog: "false" });
      await set({ bucketName: "acme-audit", namePrefix: "small", parameterName: "/small/accounts" });
      await up();
    });

    it("gets Object Lock in place", async () => {
      await set({ objectLockDays: "30" });
      const { text } = await up();
      expect(text)
        .to.match(/\+ 1 created/)
        .and.not.to.match(/replaced|deleted/);
      await sh("pulumi preview --expect-no-changes");
    });

    it("makes all but bucket and key anew for another prefix", async () => {
      await set({ namePrefix: "little" });
      const { text } = await up();
      expect(text).to.match(/replaced/);
      expect(inAccount(AUDIT_ACCOUNT, /s3\/bucket:Bucket$/).filter(({ id }) => id === "acme-audit")).to.have.length(1);
      expect(inAccount(AUDIT_ACCOUNT, /lambda\/function/).map(({ id }) => id)).to.not.include("small-boss");
    });

    it("finds a bucket that was lost by a refresh, and makes it again", async () => {
      for (const each of inAccount(AUDIT_ACCOUNT, /^aws:s3\//).filter(({ id }) => id === "acme-audit"))
        project.world.drop(each);
      await sh("pulumi refresh");
      const { text } = await up();
      expect(text).to.match(/\+ \d+ created/);
      expect(bucket()).not.to.equal(undefined);
    });

    it("is destroyed but for the bucket, which the next stack of the name takes over", async () => {
      await sh("pulumi destroy");
      expect(bucket(), "the bucket stays").not.to.equal(undefined);
      expect(inAccount(AUDIT_ACCOUNT, /lambda\/function/).filter(({ id }) => id.startsWith("little-"))).to.be.empty;
      const standing = await project.sh("pulumi up --skip-preview");
      expect(standing.code, "the name is taken").not.to.equal(0);
      await set({ adoptBucket: "true" });
      await up();
      await sh("pulumi preview --expect-no-changes");
    });

    it("with everything switched on is destroyed to the last thing but the bucket and the key", async () => {
      await set(EVERYTHING);
      await up();
      await sh("pulumi preview --expect-no-changes");
      await sh("pulumi destroy");
      const left = standingIn(project.sandbox.state).filter((each) => !before_.includes(each));
      const kept = left.map((each) => each.replace(/\/[\w-]{36}$/, "/*")).sort();
      // Evidence and what proves it; and GitHub's provider, which others may have come to use.
      expect(kept).to.deep.equal([
        "buckets acme-audit",
        `keys arn:aws:kms:eu-central-1:${AUDIT_ACCOUNT}:key/*`,
        `keys arn:aws:kms:eu-central-1:${AUDIT_ACCOUNT}:key/*`,
        `oidcProviders arn:aws:iam::${AUDIT_ACCOUNT}:oidc-provider/token.actions.githubusercontent.com`,
      ]);
    });
  });
});
