import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as z from "zod";

const FOLDER = "test/referee/guard/node_modules/@cdklabs/cdk-validator-cfnguard/bin";
/** AWS's own engine, of the version that AWS Config calls `guard-2.x.x`. */
const PROGRAM = join(FOLDER, process.platform === "darwin" ? "macos" : "ubuntu", "cfn-guard");

/** What Guard says of a document: `SKIP` where the rule's conditions are not met. */
export type GuardStatus = "PASS" | "FAIL" | "SKIP";

/** Whether the program runs here; the package has it for Linux and macOS on x86-64. */
export const guardRuns = (): boolean => spawnSync(PROGRAM, ["--version"]).status === 0;

const Line = z.object({
  data_from: z.string(),
  rules_from: z.string(),
  not_compliant: z.record(z.string(), z.unknown()),
  not_applicable: z.array(z.string()),
  compliant: z.array(z.string()),
});

/**
 * Asks each policy about each document.
 * @param policies by name; each has one rule
 * @returns by the policy's name, in the order of the documents
 * @throws Error where a policy is no Guard
 */
export async function askGuard(
  policies: ReadonlyMap<string, string>,
  documents: readonly object[],
): Promise<Map<string, GuardStatus[]>> {
  const folder = await mkdtemp(join(tmpdir(), "guard-"));
  try {
    await Promise.all(["rules", "data"].map((name) => mkdir(join(folder, name))));
    await Promise.all([
      ...[...policies].map(([name, text]) => writeFile(join(folder, "rules", `${name}.guard`), text)),
      ...documents.map((each, index) => writeFile(join(folder, "data", `${index}.json`), JSON.stringify(each))),
    ]);
    const asked = ["validate", "-r", join(folder, "rules"), "-d", join(folder, "data"), "-S", "none", "-o", "json"];
    const { stdout, stderr } = spawnSync(PROGRAM, asked, { encoding: "utf8", maxBuffer: 1 << 28 });
    const told = new Map<string, GuardStatus[]>([...policies.keys()].map((name) => [name, []]));
    for (const text of stdout.split("\n").filter((each) => each.startsWith("{"))) {
      const line = Line.parse(JSON.parse(text));
      const status = line.compliant.length ? "PASS" : line.not_applicable.length ? "SKIP" : "FAIL";
      told.get(line.rules_from.replace(/\.guard$/, ""))![Number.parseInt(line.data_from, 10)] = status;
    }
    for (const [name, statuses] of told)
      if (Object.keys(statuses).length !== documents.length)
        throw new Error(`${name}: ${Object.keys(statuses).length} of ${documents.length} answered. ${stderr}`);
    return told;
  } finally {
    await rm(folder, { recursive: true });
  }
}
