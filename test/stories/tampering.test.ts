import { generateKeyPairSync, sign } from "node:crypto";
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { GetPublicKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { expect } from "chai";
import { AUDIT_ACCOUNT } from "../../sandbox/estate/organization.ts";
import { inProcess } from "../../sandbox/inProcess.ts";
import { bucketSource } from "../../src/evidence/bucketSource.ts";
import { folderSource } from "../../src/evidence/folderSource.ts";
import { chainKey, evidenceObjectOf, runDocumentOf } from "../../src/evidence/layout.ts";
import { keysIn } from "../../src/evidence/publicKeys.ts";
import { type PullProblem, pull } from "../../src/evidence/pull.ts";
import { type Notice, type Verdict, type Verification, type Violation, verify } from "../../src/evidence/verify.ts";
import { evidenceS3 } from "../../src/runtime/clients.ts";
import { thisProcess } from "../../src/runtime/runtime.ts";
import { deployed, REGION, systemOver } from "./system.ts";

const MEMBER = "111111111111";
const BUCKET = "evidence-tampering";

describe("evidence handed to a sceptic", function () {
  this.timeout(120_000);
  let pristine: string;
  let folder: string;
  let publicKey: string;
  let head: Verdict["head"];
  /** Keys of the copy by their run, first and second. */
  let objects: string[][];
  let documents: string[][];

  const verified = async (more: Partial<Verification> = {}) => {
    const found: (Violation | Notice)[] = [];
    const verdict = await verify({
      source: folderSource(folder),
      keys: keysIn(publicKey),
      run: "all",
      violation: (each) => found.push(each),
      notice: (each) => found.push(each),
      ...more,
    });
    return { verdict, named: found.map(({ kind, key }) => `${kind} ${key}`) };
  };

  before(async () => {
    const common = { externalId: "an-external-id", auditors: "rds,iam" };
    const audit = { ...common, kind: "audit", accounts: MEMBER, bucketName: BUCKET, catalog: "false", schedule: "off" };
    const system = systemOver(
      await deployed(1, [
        { account: AUDIT_ACCOUNT, config: audit },
        { account: MEMBER, config: { ...common, kind: "member", auditAccountId: AUDIT_ACCOUNT } },
      ]),
    );
    const narrow = { regions: [REGION] };
    for (const _ of [1, 2]) await system.run("audit-boss", narrow);
    expect(system.trouble).to.deep.equal([]);
    const client = () => ({
      region: REGION,
      requestHandler: inProcess(system.sandbox) as never,
      credentials: { accessKeyId: AUDIT_ACCOUNT, secretAccessKey: "sandbox" },
    });
    // The key comes from KMS, and not from beside the evidence.
    const KeyId = system.function("audit-sealer").environment.SIGNING_KEY;
    const { PublicKey } = await new KMSClient(client()).send(new GetPublicKeyCommand({ KeyId }));
    publicKey = `-----BEGIN PUBLIC KEY-----\n${Buffer.from(PublicKey!).toString("base64")}\n-----END PUBLIC KEY-----\n`;

    pristine = await mkdtemp(join(tmpdir(), "audit-handed-"));
    const problems: PullProblem[] = [];
    const s3 = evidenceS3({ ...thisProcess, client });
    await pull({
      from: bucketSource(s3, BUCKET),
      folder: pristine,
      run: "all",
      problem: (each) => problems.push(each),
    });
    expect(problems).to.deep.equal([]);
    const keys = (await readdir(pristine, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name).slice(pristine.length + 1))
      .sort();
    const runs = [...new Set(keys.flatMap((key) => runDocumentOf(key)?.run ?? []))].sort();
    expect(runs).to.have.length(2);
    objects = runs.map((run) => keys.filter((key) => evidenceObjectOf(key)?.run === run));
    documents = runs.map((run) => keys.filter((key) => runDocumentOf(key)?.run === run));
  });
  beforeEach(async () => {
    folder = `${pristine}-tampered`;
    await cp(pristine, folder, { recursive: true });
  });
  afterEach(() => rm(folder, { recursive: true }));
  after(() => rm(pristine, { recursive: true }));

  const at = (key: string) => join(folder, key);
  const edit = async (key: string, change: (text: string) => string) => {
    const text = await readFile(at(key), "utf8");
    expect(change(text), "the tampering changes something").not.to.equal(text);
    await writeFile(at(key), change(text));
  };
  const lines = async (key: string, change: (lines: string[]) => string[]) => {
    const before = gunzipSync(await readFile(at(key)))
      .toString()
      .trimEnd()
      .split("\n");
    await writeFile(at(key), gzipSync(`${change(before).join("\n")}\n`));
  };
  const swap = async (one: string, other: string) => {
    await rename(at(one), at("aside"));
    await rename(at(other), at(one));
    await rename(at("aside"), at(other));
  };
  const plant = async (key: string, body: string | Uint8Array) => {
    await mkdir(dirname(at(key)), { recursive: true });
    await writeFile(at(key), body);
  };
  const object = (run: number, type: string) => objects[run]!.find((key) => key.includes(`=${type}/`))!;
  const document = (run: number, name: RegExp) => documents[run]!.find((key) => name.test(key))!;
  const roles = (run = 0) => object(run, "aws_iam_role");
  const planted = () => roles().replace(/-([a-z0-9]+)(\.ndjson\.gz)$/, "-planted$2");
  const users = (run = 0) => object(run, "aws_iam_user");
  const commit = (run = 0) => document(run, /outcomes\/iam-/);
  const manifest = (run: number) => document(run, /manifest\.json$/);
  const signature = (run: number) => document(run, /manifest\.sig$/);

  it("holds as it was pulled, by the key that KMS hands out", async () => {
    const { verdict, named } = await verified();
    expect(named).to.deep.equal([]);
    expect(verdict.runs).to.equal(2);
    expect(verdict.objects).to.equal(objects.flat().length).and.be.above(10);
    head = verdict.head;
  });

  const tamperings: [string, () => Promise<unknown>, () => string[]][] = [
    ["an object is removed", () => rm(at(roles())), () => [`missing ${roles()}`]],
    ["an object is emptied", () => truncate(at(roles()), 0), () => [`truncated ${roles()}`]],
    ["an object is cut short", () => truncate(at(roles()), 30), () => [`truncated ${roles()}`]],
    [
      "one bit of an object is turned",
      async () => {
        const bytes = await readFile(at(roles()));
        bytes[bytes.length >> 1]! ^= 1;
        await writeFile(at(roles()), bytes);
      },
      () => [`altered ${roles()}`],
    ],
    [
      "a role's name is changed in an item",
      () => lines(roles(), ([first, ...rest]) => [first!.replace(/"RoleName":"/, '"RoleName":"not-'), ...rest]),
      () => [`altered ${roles()}`],
    ],
    ["an item is left out", () => lines(roles(), ([, ...rest]) => rest), () => [`truncated ${roles()}`]],
    ["an item is there twice", () => lines(roles(), (all) => [...all, ...all]), () => [`altered ${roles()}`]],
    [
      "items stand in another order",
      () => lines(roles(), ([first, ...rest]) => [...rest, first!]),
      () => [`re-ordered ${roles()}`],
    ],
    [
      "two objects of a run change places",
      () => swap(roles(), users()),
      () => [`altered ${roles()}`, `altered ${users()}`],
    ],
    ["an older run's object stands for a newer one's", () => cp(at(roles(0)), at(roles(1))), () => [roles(1)]],
    [
      "an object is planted beside a committed one",
      () => plant(planted(), gzipSync("{}\n")),
      () => [`uncommitted ${planted()}`],
    ],
    [
      "an object of a task that nobody planned is planted",
      () => plant(roles().replace("-iam-0000-", "-iam-9999-"), gzipSync("{}\n")),
      () => [`added ${roles().replace("-iam-0000-", "-iam-9999-")}`],
    ],
    [
      "an object is planted under a name of no run",
      () => plant("evidence/resource_type=aws_iam_role/forged.ndjson.gz", gzipSync("{}\n")),
      () => ["added evidence/resource_type=aws_iam_role/forged.ndjson.gz"],
    ],
    [
      "a commit counts otherwise",
      () => edit(commit(), (text) => text.replace(/"AWS::IAM::Role":\d+/, '"AWS::IAM::Role":1')),
      () => [commit()],
    ],
    [
      "a commit says that nothing was asked of AWS",
      () => edit(commit(), (text) => text.replace(/"calls":\d+/, '"calls":0')),
      () => [commit()],
    ],
    ["a commit is removed", () => rm(at(commit())), () => [`missing ${commit()}`]],
    ["a commit is another run's", () => cp(at(commit(1)), at(commit(0))), () => [commit()]],
    [
      "a commit is planted",
      () => cp(at(commit()), at(commit().replace("iam-0000", "iam-0001"))),
      () => [`added ${commit().replace("iam-0000", "iam-0001")}`],
    ],
    [
      "the plan leaves an auditor out",
      () =>
        edit(document(0, /plan\.json$/), (text) => {
          const plan = JSON.parse(text);
          return JSON.stringify({ ...plan, tasks: plan.tasks.slice(1) });
        }),
      () => [document(0, /plan\.json$/)],
    ],
    [
      "a manifest counts otherwise",
      () => edit(manifest(0), (text) => text.replace(/"items":\d+/, '"items":1')),
      () => [`altered ${manifest(0)}`],
    ],
    ["a manifest is removed", () => rm(at(manifest(0))), () => [`missing ${manifest(0)}`]],
    ["a manifest is another run's", () => cp(at(manifest(0)), at(manifest(1))), () => [`altered ${manifest(1)}`]],
    ["the newest run's signature is removed", () => rm(at(signature(1))), () => [`unsigned ${signature(1)}`]],
    ["an older run's signature is removed", () => rm(at(signature(0))), () => [`missing ${signature(0)}`]],
    ["a signature is another run's", () => cp(at(signature(0)), at(signature(1))), () => [`signature ${signature(1)}`]],
    [
      "a whole run is forged and signed with another key, which is laid beside it",
      async () => {
        const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
        await edit(manifest(1), (text) => text.replace(/"items":\d+/, '"items":1'));
        await writeFile(at(signature(1)), sign("sha256", await readFile(at(manifest(1))), pair.privateKey));
        for (const name of await readdir(at("keys")))
          await writeFile(at(`keys/${name}`), pair.publicKey.export({ format: "pem", type: "spki" }));
      },
      () => [`altered ${manifest(1)}`],
    ],
    [
      "the first run is taken out whole",
      async () => {
        for (const key of [...objects[0]!, ...documents[0]!, chainKey(1)]) await rm(at(key));
      },
      () => [`chain ${chainKey(1)}`],
    ],
    ["runs change places in the chain", () => swap(chainKey(1), chainKey(2)), () => [`altered ${chainKey(1)}`]],
    [
      "the newest run is cut off",
      async () => {
        for (const key of [...objects[1]!, ...documents[1]!, chainKey(2)]) await rm(at(key));
      },
      () => [`rollback ${chainKey(2)}`],
    ],
  ];
  for (const [what, tamper, names] of tamperings)
    it(`is told from evidence in which ${what}`, async () => {
      await tamper();
      const { named } = await verified({ head });
      for (const name of names()) expect(named.join("\n")).to.include(name);
    });
});
