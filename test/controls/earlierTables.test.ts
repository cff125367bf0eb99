import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { loadAuditors } from "../../src/auditors/registry.ts";
import { loadControls, typesOf } from "../../src/controls/control.ts";
import { latestPrefix, tablePrefix } from "../../src/evidence/layout.ts";
import { duckDBEngine } from "../../src/query/duckdb.ts";
import { namesIn } from "../../src/query/trino.ts";
import { catalogOf, latestName } from "../../src/tables/catalog.ts";
import { folderObjects } from "../../src/tables/folderObjects.ts";
import { readSealedRun } from "../../src/tables/sealedRun.ts";
import { tabulate } from "../../src/tables/tabulate.ts";
import { FIRST_RUN, writeRun } from "../tables/sealedFolder.ts";
import { casesOf, runOf } from "./cases.ts";
import { everyVerdict } from "./everyVerdict.ts";

const MEANING = ["policies", "policy_statements", "policy_audiences", "network_openings"];
const catalog = catalogOf(await loadAuditors());
const covered = Object.values(catalog.auditors).flat();
const isGlobal = (type: string) => covered.some((each) => each.type === type && each.global);
const controls = (await loadControls()).filter(({ sql }) =>
  MEANING.some((table) => namesIn(sql).has(latestName(table))),
);

describe("tables that an earlier version derived", function () {
  this.timeout(60_000);

  it("have no meaning of policies and rules, and what asks for it never passes", async () => {
    const folder = await mkdtemp(join(tmpdir(), "earlier-"));
    try {
      const cases = (await casesOf(controls, isGlobal)).filter(({ expected }) => expected === "fail");
      const types = [...new Set(controls.flatMap(typesOf))];
      const regional = types.filter((type) => covered.some((each) => each.type === type && !each.global));
      await writeRun(folder, runOf(cases, types.filter(isGlobal), regional));
      const objects = folderObjects(folder);
      await tabulate(objects, (await readSealedRun(objects, FIRST_RUN, "2026-11-24"))!, catalog);
      for (const table of MEANING)
        for (const prefix of [tablePrefix(table), latestPrefix(table)])
          await rm(join(folder, prefix), { recursive: true });
      const engine = await duckDBEngine({ folder, catalog });
      const own = new Map(cases.map(({ account, control }) => [account, control.id]));
      const told = new Map<string, Set<string>>();
      for await (const { control, account_id, status, resource } of everyVerdict(engine, controls))
        if (resource && own.get(account_id) === control)
          told.set(control, (told.get(control) ?? new Set()).add(status));
      await engine.close();
      expect([...told.keys()]).to.have.members(controls.map(({ id }) => id));
      for (const [control, statuses] of told) expect([...statuses], control).to.not.include("pass");
      // AWS's own word on a bucket's policy is there all the same.
      const known = [...told].filter(([, statuses]) => !statuses.has("unknown")).map(([control]) => control);
      expect(known).to.deep.equal(["s3-bucket-policy-not-public"]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
