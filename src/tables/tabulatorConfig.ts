import { type Catalog, type PackedCatalog, unpackedCatalog } from "./catalog.ts";

/** What a tabulator knows of the deployment. */
export interface TabulatorConfig {
  catalog: Catalog;
  /** Resource types whose tables are in the database before any of them has rows. */
  always: readonly string[];
}

/** A tabulator's configuration from how its bundle carries it. */
export const tabulatorConfig = <Rest extends object>({
  catalog,
  ...rest
}: Rest & { catalog: PackedCatalog }): Omit<Rest, "catalog"> & { catalog: Catalog } => ({
  ...(rest as Omit<Rest, "catalog">),
  catalog: unpackedCatalog(catalog),
});
