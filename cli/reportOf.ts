import packageJson from "../package.json" with { type: "json" };
import { type Control, loadControls } from "../src/controls/control.ts";
import { Exceptions, parseExceptions } from "../src/controls/exceptions.ts";
import { keysBeside, keysIn } from "../src/evidence/publicKeys.ts";
import type { EvidenceSource } from "../src/evidence/source.ts";
import { gather } from "../src/report/gather.ts";
import type { Report } from "../src/report/model.ts";
import type { Catalog } from "../src/tables/catalog.ts";
import { declaredCatalog } from "../src/tables/declaredCatalog.ts";
import type { Objects } from "../src/tables/objects.ts";
import { catalogIn } from "../src/tables/runCatalog.ts";
import { latestOf, listSealedRuns, readSealedRun } from "../src/tables/sealedRun.ts";
import { CliError } from "./cliError.ts";
import { openTables } from "./openTables.ts";
import type { ProgressLine } from "./progress.ts";
import { say } from "./terminal.ts";

export interface ReportRequest {
  /** Id of a run, or `latest`: the last one of everything. */
  run: string;
  /** The run that changes are shown since; the last one of everything before it when left out. */
  compare?: string | undefined;
  /** The evidence, and the folder where it is a copy in one. */
  evidence: { objects: Objects; source: EvidenceSource; folder?: string | undefined };
  /** Services: what their auditors read, and the controls about it. Everything when left out. */
  services?: readonly string[];
  exceptions?: { path: string; text: string } | undefined | "";
  /** PEM. */
  publicKey?: string | undefined;
  line: ProgressLine;
}

/** With more, sorting a million findings takes more memory and no less time. */
const DATABASE_MEGABYTES = 384;

/** Controls do not change while a process has them. */
let loaded: Promise<readonly Control[]> | undefined;

/** The controls that speak of types of a catalog alone: others would be unknown, one and all. */
export async function controlsAbout({ tables }: Pick<Catalog, "tables">): Promise<Control[]> {
  const types = new Set(tables.map(({ resourceType }) => resourceType));
  loaded ??= loadControls();
  return (await loaded).filter(({ resource, needs }) => [resource, ...needs].every((type) => types.has(type)));
}

/**
 * The report of a sealed run, for as long as it is used: its findings are asked for when they are read.
 * @throws CliError for a run that is not there
 */
export async function reportOf<T>(
  { run, compare, evidence, line, ...given }: ReportRequest,
  use: (report: Report) => Promise<T>,
): Promise<T> {
  const { objects, source } = evidence;
  const runs = await listSealedRuns(objects);
  const indexOf = async (named: string): Promise<number> => {
    const index = named === "latest" ? await latestOf(objects, runs) : runs.findIndex((each) => each.run === named);
    if (index < 0) throw new CliError(`${objects.name} has no sealed run${named === "latest" ? "" : ` ${named}`}`);
    return index;
  };
  const chosen = await indexOf(run);
  const { run: id, date } = runs[chosen]!;
  const warn = (message: string) => say(`itaudit: ${message}`);
  if (run === "latest" && chosen < runs.length - 1)
    warn(
      `the report shows the latest full run, ${id}; narrowed runs came later. Name one to report it, such as ${runs.at(-1)!.run}`,
    );
  const before = runs.slice(0, chosen);
  const since = compare ? runs[await indexOf(compare)]! : before[await latestOf(objects, before)];
  if (since && since.run >= id) throw new CliError(`--compare ${since.run}: a run before ${id} is expected`);
  // Of everything, also for a few services: a control may look into tables of types that they do not read.
  const catalog = await catalogIn(objects, since ? [id, since.run] : [id]);
  const own = given.services && (await declaredCatalog(given.services));
  const controls = await controlsAbout(own ?? catalog);
  const now = new Date();
  const { exceptions, publicKey } = given;
  const excepted = exceptions ? parseExceptions(exceptions.text, exceptions.path, controls) : [];
  const keys = publicKey ? keysIn(publicKey) : undefined;
  const engine = await openTables({
    evidence: objects,
    dir: evidence.folder,
    catalog,
    run: id,
    memoryMegabytes: DATABASE_MEGABYTES,
    progress: line,
  });
  try {
    const report = await gather({
      source,
      keys: keys ?? keysBeside(source),
      keysGiven: keys !== undefined,
      sealed: (await readSealedRun(objects, id, date))!,
      engine,
      catalog,
      // A run without tables cannot be compared with; one that was named must have them.
      since: since && (compare || engine.runs.includes(since.run)) ? since.run : undefined,
      controls,
      exceptions: new Exceptions(excepted, now.toISOString().slice(0, 10)),
      now,
      toolVersion: packageJson.version,
      progress: line,
    });
    return await use(report);
  } finally {
    await engine.close();
  }
}
