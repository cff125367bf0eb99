import { type Catalog, type PackedCatalog, unpackedCatalog } from "./catalog.ts";

/** What a tabulator knows of the deployment. */
export interface TabulatorConfig {
  catalog: Catalog;
  /** Resource types whose tables are in the database before any of them has rows. */
  always: readonly string[];
}

/** A tabulator's configuration from how its bundle carries it. */
export const tabulatorConfig = ({
  catalog,
  always,
}: {
  catalog: PackedCatalog;
  always: readonly string[];
}): TabulatorConfig => ({ catalog: unpackedCatalog(catalog), always });
