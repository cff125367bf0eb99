import type { SandboxRuntime } from "../sandbox/core.ts";
import { forDuckDB, namesIn } from "../src/query/trino.ts";
import { auditedEstate } from "./audited.ts";

/** What this project hands to its sandbox: an estate of everything that is audited, and how Athena's SQL is run. */
export const handedIn: Required<Pick<SandboxRuntime, "estate" | "athena">> = {
  estate: auditedEstate,
  athena: {
    prepare: async (connection) => (await import("../src/query/likeTrino.ts")).likeTrino(connection),
    translate: forDuckDB,
    namesIn,
  },
};
