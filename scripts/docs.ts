import { writeFileSync } from "node:fs";
import { loadServices } from "../auditors/registry.ts";
import { documentedTypes } from "../auditors/resourceTypes.ts";
import { resourcesPage } from "./resourcesPage.ts";

/** Writes the pages that follow from the declarations: `npm run docs`. */
const services = await loadServices();
writeFileSync("docs/resources.md", resourcesPage(services, documentedTypes(services)));
