/** A folder of the project, and which of the folders and packages it may import. */
export interface Module {
  folder: string;
  /** Folders that it may import; `above`: those of `src/` that stand before it in the list. None: no package either. */
  imports: readonly string[];
  /** Whether it may import Pulumi's packages. */
  pulumi?: true;
}

const above: readonly string[] = ["above"];

/** In the order in which data flows: of `src/`, a folder imports only what stands above it. */
export const MODULES: readonly Module[] = [
  { folder: "src/evidence", imports: above },
  { folder: "src/policy", imports: [] },
  { folder: "src/network", imports: [] },
  { folder: "src/auditors", imports: above },
  { folder: "src/collect", imports: above },
  { folder: "src/accounts", imports: above },
  { folder: "src/runtime", imports: above },
  { folder: "src/anomalies", imports: above },
  { folder: "src/tables", imports: above },
  { folder: "src/query", imports: above },
  { folder: "src/controls", imports: above },
  { folder: "src/report", imports: above },
  { folder: "src/notify", imports: above },
  { folder: "src/doctor", imports: above },
  { folder: "src/desk", imports: above },
  { folder: "handlers", imports: ["src"] },
  { folder: "components", imports: ["src"], pulumi: true },
  { folder: "stacks", imports: ["components", "src"], pulumi: true },
  { folder: "src/exports", imports: ["components", "src"], pulumi: true },
  { folder: "sandbox", imports: ["src/policy"], pulumi: true },
  { folder: "estate", imports: ["sandbox", "src"] },
  { folder: "simulation", imports: ["components", "handlers", "sandbox", "src"] },
  { folder: "cli", imports: ["components", "estate", "sandbox", "src", "stacks"], pulumi: true },
];

/** Files by their paths, with the files and packages that each imports. */
export type Imports = ReadonlyMap<string, readonly string[]>;

/** The module that a file is of: the one with the longest folder that it lies in. */
export const moduleOf = (file: string): Module | undefined =>
  MODULES.filter(({ folder }) => file.startsWith(`${folder}/`)).sort((a, b) => b.folder.length - a.folder.length)[0];

function mayImport(module: Module, target: string): boolean {
  if (target.startsWith("@pulumi/")) return Boolean(module.pulumi);
  const other = moduleOf(target);
  if (other === module) return true;
  if (!other) return module.imports.length > 0 || target.startsWith("node:");
  return module.imports.some((name) =>
    name === "above"
      ? other.folder.startsWith("src/") && MODULES.indexOf(other) < MODULES.indexOf(module)
      : name === other.folder || (name === "src" && other.folder.startsWith("src/") && other.folder !== "src/exports"),
  );
}

/** Imports that go in a direction that is not allowed, and circles of files, as sentences. */
export function describeProblems(imports: Imports): string[] {
  const problems: string[] = [];
  for (const [file, targets] of imports) {
    const module = moduleOf(file);
    if (!module) continue;
    for (const target of targets)
      if (!mayImport(module, target)) {
        const other = moduleOf(target);
        problems.push(`${file}: ${module.folder} may not import ${other ? `${other.folder} (${target})` : target}`);
      }
  }
  return [...problems, ...circles(imports).map((files) => `circle: ${[...files, files[0]].join(" → ")}`)];
}

/** Circles of imports, each told once. */
function circles(imports: Imports): string[][] {
  const found: string[][] = [];
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (file: string): void => {
    const at = path.indexOf(file);
    if (at >= 0) {
      found.push(path.slice(at));
      return;
    }
    if (done.has(file)) return;
    path.push(file);
    for (const target of imports.get(file) ?? []) visit(target);
    path.pop();
    done.add(file);
  };
  for (const file of imports.keys()) visit(file);
  return found;
}
