import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { folderStore } from "../../src/evidence/folderStore.ts";

const JSON_TEXT = { type: "application/json" };

describe("a folder that evidence is written to", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "folder-store-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("keeps what stands: of several writes of a key at once one is told that it made the object", async () => {
    const store = folderStore(folder);
    const made = await Promise.all(["a", "b", "c"].map((text) => store.create("runs/x.json", text, JSON_TEXT)));
    expect(made.filter(Boolean)).to.have.lengthOf(1);
    expect(await readFile(join(folder, "runs/x.json"), "utf8")).to.equal(["a", "b", "c"][made.indexOf(true)]);
    expect(await readdir(join(folder, ".itaudit/growing"))).to.deep.equal([]);
  });

  it("shows an object that is written in parts once it is whole, and not over one that stands", async () => {
    const store = folderStore(folder);
    const upload = store.upload("evidence/big", JSON_TEXT);
    await upload.part(Buffer.from("one "));
    await upload.part(Buffer.from("two"));
    expect(await store.source.read("evidence/big")).to.equal(undefined);
    expect(await upload.finish()).to.equal(true);
    expect(String(await store.source.read("evidence/big"))).to.equal("one two");
    const second = store.upload("evidence/big", JSON_TEXT);
    await second.part(Buffer.from("other"));
    expect(await second.finish()).to.equal(false);
    expect(String(await store.source.read("evidence/big"))).to.equal("one two");
  });

  it("counts what starts with a prefix", async () => {
    const store = folderStore(folder);
    for (const key of ["a/1", "a/2", "ab/3"]) await store.create(key, "{}", JSON_TEXT);
    expect(await store.count("a/")).to.equal(2);
    expect(await store.count("b/")).to.equal(0);
  });
});
