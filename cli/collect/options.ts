import type { Severity } from "../../src/controls/control.ts";
import type { ScopeOptions } from "./scope.ts";

/** What the command line says of a collection from a desk. */
export interface CollectOptions extends ScopeOptions {
  dir: string;
  dryRun?: boolean;
  continue?: boolean;
  end?: boolean;
  kmsKey?: string;
  out?: string;
  sarif?: string;
  ocsf?: string;
  json?: boolean;
  failOn?: Severity;
}
