import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, use } from "chai";
import chaiAsPromised from "chai-as-promised";
import { folderSource } from "../../src/evidence/folderSource.ts";

use(chaiAsPromised);

describe("a folder's keys", () => {
  let folder: string;
  const list = async (prefix: string, from = folder): Promise<string[]> => {
    const keys: string[] = [];
    for await (const { key } of folderSource(from).list(prefix)) keys.push(key);
    return keys;
  };

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "source-"));
    for (const key of ["runs/a-b/plan.json", "runs/a/plan.json", "runs/a/tasks/1.json", "runs.json", "z"]) {
      await mkdir(dirname(join(folder, key)), { recursive: true });
      await writeFile(join(folder, key), key);
    }
  });
  after(() => rm(folder, { recursive: true }));

  for (const [prefix, keys] of [
    ["", ["runs.json", "runs/a-b/plan.json", "runs/a/plan.json", "runs/a/tasks/1.json", "z"]],
    ["runs", ["runs.json", "runs/a-b/plan.json", "runs/a/plan.json", "runs/a/tasks/1.json"]],
    ["runs/", ["runs/a-b/plan.json", "runs/a/plan.json", "runs/a/tasks/1.json"]],
    ["runs/a/", ["runs/a/plan.json", "runs/a/tasks/1.json"]],
    ["runs/a/t", ["runs/a/tasks/1.json"]],
    ["runs/b/", []],
    ["runs/a/plan.json/", []],
    ["runs/../", []],
    ["/runs/", []],
  ] as const)
    it(`below "${prefix}" are listed in the order of S3`, async () => {
      expect(await list(prefix)).to.deep.equal(keys);
    });

  it("are none that can be listed where the folder is not there", async () => {
    await expect(list("runs/", join(folder, "gone"))).to.be.rejectedWith(/ENOENT/);
  });
});
