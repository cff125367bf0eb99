import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { parseHead } from "../../cli/parseHead.ts";
import { evidenceKey } from "../../src/evidence/layout.ts";
import { DATE } from "../evidence/bucket.ts";
import { PEM, runId, sealedCopy } from "../evidence/sealedCopy.ts";
import { itaudit, itauditProcess } from "./itaudit.ts";

describe("itaudit verify", () => {
  let folder: string;
  let key: string;
  before(async () => {
    folder = await sealedCopy({ runs: 1 });
    key = join(await mkdtemp(join(tmpdir(), "audit-key-")), "key.pem");
    await writeFile(key, PEM);
  });
  after(() => rm(folder, { recursive: true }));

  it("exits with 0 where everything is as sealed, by the id of a run, as the latest and by --all", async () => {
    for (const [run, which] of [
      [itaudit, runId(1)],
      [itaudit, "latest"],
      [itauditProcess, "--all"],
    ] as const) {
      const { code, stdout, stderr } = await run(["verify", which, "--dir", folder, "--public-key", key]);
      expect(code, stderr).to.equal(0);
      expect(stdout).to.match(
        /^verified: 1 run, 2 objects with 6 items in \d+ bytes are as sealed\nkey: [0-9a-f]{64}, given, signed sequence numbers 1 to 1\nsigned: 1 run with the deployment's key\nnewest: sequence number 1 /,
      );
    }
  });

  it("prints the newest run so that a later verification can be told to look for it", async () => {
    const args = ["verify", "--all", "--dir", folder, "--public-key", key];
    const [text, json] = [await itaudit(args), await itaudit([...args, "--json"])];
    const hash = /manifest ([0-9a-f]{64})$/m.exec(text.stdout)![1]!;
    const kept = join(dirname(key), "kept");
    for (const printed of [text.stdout, json.stdout, `${hash}\n`]) {
      await writeFile(kept, printed);
      const head = printed.startsWith(hash) ? {} : { sequence: 1, run_id: runId(1) };
      expect(await parseHead(kept)).to.deep.equal({ ...head, manifest_sha256: hash });
    }
    expect((await itaudit([...args, "--head", kept])).code).to.equal(0);
    const { code, stdout } = await itaudit([...args, "--head", "0".repeat(64)]);
    expect(code).to.equal(1);
    expect(stdout).to.match(
      /^rollback +runs\/chain\/: .* is not in the chain any more; its newest is sequence number 1, /m,
    );
  });

  it("says where the key came from when none was given", async () => {
    const { code, stderr } = await itaudit(["verify", "--all", "--dir", folder]);
    expect(code).to.equal(3);
    expect(stderr).to.match(/who sealed it is not shown.*--public-key/);
  });

  for (const [what, args, problem] of [
    ["no such folder", ["--all", "--dir", "/nowhere"], /\/nowhere/],
    ["a run that is not there", [runId(7), "--dir", "<folder>"], /holds no manifest of run/],
    ["an id that is none", ["../../etc/passwd", "--dir", "<folder>"], /is not the id of a run/],
    [
      "a public key that is none",
      ["--all", "--dir", "<folder>", "--public-key", "package.json"],
      /--public-key package.json: .*no PEM block/,
    ],
    [
      "a key that is not there",
      ["--all", "--dir", "<folder>", "--public-key", "no.pem"],
      /--public-key no.pem: there is no such file/,
    ],
    [
      "a key that is a folder",
      ["--all", "--dir", "<folder>", "--public-key", "src"],
      /--public-key src: it is a folder/,
    ],
    [
      "a witness that is not there",
      ["--all", "--dir", "<folder>", "--witness", "no.pem"],
      /--witness no.pem: there is no such file/,
    ],
    [
      "a witness that is none",
      ["--all", "--dir", "<folder>", "--witness", "package.json"],
      /--witness package.json: .* is expected/,
    ],
    [
      "a proof that is none",
      ["--proof", "README.md", "--public-key", "no.pem"],
      /--public-key no.pem: there is no such file/,
    ],
    ["the newest run of before, for one run", [runId(1), "--dir", "<folder>", "--head", "x"], /add --all/],
    [
      "a file of before without it",
      ["--all", "--dir", "<folder>", "--head", "package.json"],
      /no line "newest: sequence number/,
    ],
    ["neither a run nor --all", ["--dir", "<folder>"], /name a run, or use --all/],
    ["nowhere to look", ["--all"], /--bucket <name>.*--dir <folder>/],
  ] as [string, string[], RegExp][]) {
    it(`exits with 2 and one line when it could not check: ${what}`, async () => {
      const { code, stdout, stderr } = await itaudit(["verify", ...args.map((arg) => arg.replace("<folder>", folder))]);
      expect(code).to.equal(2);
      expect(stdout).to.equal("");
      expect(stderr)
        .to.match(problem)
        .and.not.to.match(/\n {4}at /);
    });
  }

  it("exits with 1 and names what is wrong; names that steer a terminal are shown as they are", async () => {
    await rm(join(folder, evidenceKey("AWS::RDS::DBInstance", runId(1), DATE, "rds-0000", "a")));
    await writeFile(join(folder, "evidence/\u001b[2Jcleared"), "");
    const { code, stdout } = await itauditProcess(["verify", "--all", "--dir", folder, "--public-key", key]);
    expect(code).to.equal(1);
    expect(stdout).to.match(/^missing +evidence\/.*rds-0000-a\.ndjson\.gz: it was sealed/m);
    expect(stdout).to.include("added       evidence/\\u{1b}[2Jcleared").and.not.to.include("\u001b");
    expect(stdout).to.match(/^VIOLATED: 1 run, .*; 2 findings/m);
    const lines = (await itaudit(["verify", "--all", "--dir", folder, "--json"])).stdout.trimEnd().split("\n");
    expect(JSON.parse(lines.at(-1)!)).to.include({ holds: false, violations: 2 });
  });
});
