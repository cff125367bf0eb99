import { readFileSync, writeFileSync } from "node:fs";
import { loadServices } from "../src/auditors/registry.ts";
import { documentedTypes } from "../src/auditors/resourceTypes.ts";
import { loadControls } from "../src/controls/control.ts";
import { configurationPage, pulumiYaml } from "./configurationPage.ts";
import { controlsPage } from "./controlsPage.ts";
import { decisionsIndex } from "./decisionsIndex.ts";
import { compareRights, deskPage, deskRightsPage } from "./deskRightsPage.ts";
import { evidenceSchemas } from "./evidenceSchemas.ts";
import { resourcesPage } from "./resourcesPage.ts";

/** Writes the pages that follow from the declarations: `npm run docs`. */
const services = await loadServices();
writeFileSync("docs/resources.md", resourcesPage(services, documentedTypes(services)));
const compared = compareRights(services);
writeFileSync("docs/desk-rights.md", deskRightsPage(services, compared));
writeFileSync("docs/desk.md", deskPage(readFileSync("docs/desk.md", "utf8"), services, compared));
writeFileSync("docs/controls.md", controlsPage(readFileSync("docs/controls.md", "utf8"), await loadControls()));
writeFileSync("Pulumi.yaml", pulumiYaml(readFileSync("Pulumi.yaml", "utf8")));
writeFileSync("docs/configuration.md", configurationPage(readFileSync("docs/configuration.md", "utf8")));
writeFileSync("docs/decisions/README.md", decisionsIndex("docs/decisions"));
for (const [name, text] of evidenceSchemas()) writeFileSync(`docs/evidence/${name}`, text);
