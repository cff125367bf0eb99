import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { bundle, makeBundles } from "../../components/bundle.ts";
import { fileHashes, readBundleCache, writeBundleCache } from "../../components/bundleCache.ts";

const SOURCE = "export const handler = 1;";
const ENTRY = 'export { handler } from "./recorder";';
/** When the bundle began to be made. */
const BEGAN = Date.UTC(2026, 10, 24);
const FILES = ["recorder.ts", "tsconfig.json", "not-there.json"];

describe("a bundle that was made before", () => {
  let root: string;
  let folder: string;
  const write = (path: string, text: string, at = BEGAN - 1) => {
    writeFileSync(join(root, path), text);
    utimesSync(join(root, path), at / 1000, at / 1000);
  };
  const keep = () =>
    writeBundleCache(root, folder, { entry: ENTRY, source: SOURCE, inputs: ["recorder.ts"] }, FILES, BEGAN);
  const kept = (entry = ENTRY) => readBundleCache(folder, entry, fileHashes(root));

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "kept-"));
    folder = join(root, "dist");
    mkdirSync(folder);
    write("recorder.ts", "one");
    write("tsconfig.json", "{}");
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it("is taken as it is while nothing has changed", () => {
    keep();
    expect(kept()).to.deep.equal({ source: SOURCE, inputs: ["recorder.ts"] });
  });

  for (const [what, change] of [
    ["a file it is made of is another", () => write("recorder.ts", "two")],
    ["a file it is made of is gone", () => rmSync(join(root, "recorder.ts"))],
    ["a file is there that was not", () => write("not-there.json", "{}")],
    ["what stands in dist/ is not what was made", () => write("dist/module.mjs", `${SOURCE} `)],
    ["what stands in dist/ is gone", () => rmSync(join(root, "dist/module.mjs"))],
    ["what is said of it is broken off", () => write("dist/made.json", '{"entry":')],
  ] as const)
    it(`is made again where ${what}`, () => {
      keep();
      change();
      expect(kept()).to.equal(undefined);
    });

  it("is made again for another entry", () => {
    keep();
    expect(kept(`${ENTRY}\n`)).to.equal(undefined);
  });

  it("is not kept where a file was written while it was made", () => {
    write("recorder.ts", "two", BEGAN);
    keep();
    expect(kept()).to.equal(undefined);
  });

  it("is what would be made now", () => {
    const [made] = makeBundles([{ kind: "recorder" }]);
    expect(bundle({ kind: "recorder" }).sha256).to.equal(made!.sha256);
  });
});
