import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { expect } from "chai";
import { folderObjects } from "../../src/tables/folderObjects.ts";
import { pullInto } from "../../src/tables/pullInto.ts";

describe("bringing tables into a folder to ask them", () => {
  it("takes each object once, and none whose key leads out of the folder", async () => {
    const folder = await mkdtemp(join(tmpdir(), "tables-"));
    const keys = ["tables/runs/../../../escaped.parquet", "tables/runs/..\\escaped", "tables/runs/1.parquet"];
    const opened: string[] = [];
    const from = {
      ...folderObjects("/nowhere"),
      open: async (key: string) => {
        opened.push(key);
        return Readable.from([Buffer.from("rows")]);
      },
      list: async function* () {
        for (const key of keys) yield { key, bytes: 4 };
      },
    };
    try {
      const pull = pullInto(from, join(folder, "in"), () => undefined);
      await pull("tables/runs/");
      await pull("tables/runs/");
      expect(opened).to.deep.equal(["tables/runs/1.parquet"]);
      expect(await readdir(folder, { recursive: true })).to.have.members([
        "in",
        "in/tables",
        "in/tables/runs",
        "in/tables/runs/1.parquet",
      ]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
