import { execFileSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import * as z from "zod";

/*
 * Takes the dated tables of src/controls/facts/ from a clone of https://github.com/endoflife-date/endoflife.date:
 *
 *   git clone https://github.com/endoflife-date/endoflife.date ../endoflife.date
 *   npx tsx scripts/refresh/facts.ts ../endoflife.date
 *
 * Compare what changes with AWS's page, which each table names, before it is committed.
 */

const clone = process.argv[2];
if (!clone) throw new Error("name the folder of a clone of https://github.com/endoflife-date/endoflife.date");

const git = (...args: string[]): string => execFileSync("git", ["-C", clone, ...args], { encoding: "utf8" });

const Day = z
  .union([z.boolean(), z.string(), z.date()])
  .transform((value) => (typeof value === "boolean" ? null : new Date(value).toISOString().slice(0, 10)));
const Product = z.object({
  releases: z.array(z.looseObject({ releaseCycle: z.coerce.string(), eoas: Day.optional(), eol: Day.optional() })),
});

/** The releases of a product, and the day of the last change to them. */
function product(name: string): { taken: string; releases: z.infer<typeof Product>["releases"] } {
  const [, head = ""] = git("show", `HEAD:products/${name}.md`).split(/^---$/m);
  return {
    taken: git("log", "-1", "--format=%cs", "HEAD").trim(),
    releases: Product.parse(parse(head)).releases,
  };
}

interface Wanted {
  file: string;
  constant: string;
  description: string;
  name: string;
  page: string;
  product: string;
  columns: [string, string];
  /** Which of the product's days the second column has. */
  day: "eoas" | "eol";
}

const TABLES: Wanted[] = [
  {
    file: "lambdaRuntimes.ts",
    constant: "lambdaRuntimes",
    description: "Runtimes of Lambda, and the day on which AWS deprecates each; null where it has named none.",
    name: "lambda_runtimes",
    page: "https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html",
    product: "aws-lambda",
    columns: ["runtime", "ends"],
    day: "eoas",
  },
  {
    file: "eksVersions.ts",
    constant: "eksVersions",
    description: "Versions of Kubernetes in EKS, and the last day of their standard support.",
    name: "eks_versions",
    page: "https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html",
    product: "amazon-eks",
    columns: ["version", "ends"],
    day: "eol",
  },
];

for (const { file, constant, description, name, page, product: from, columns, day } of TABLES) {
  const { taken, releases } = product(from);
  const rows = releases.map((each) => [each.releaseCycle, each[day] ?? null]);
  const text = `import type { FactTable } from "./factTable.ts";

/** ${description} Made by scripts/refresh/facts.ts. */
export const ${constant}: FactTable = {
  name: ${JSON.stringify(name)},
  page: ${JSON.stringify(page)},
  source: "https://endoflife.date/${from}, MIT License, Copyright (c) endoflife.date contributors",
  taken: ${JSON.stringify(taken)},
  columns: ${JSON.stringify(columns)},
  rows: ${JSON.stringify(rows)},
};
`;
  await writeFile(join(import.meta.dirname, "../../src/controls/facts", file), text);
}
