import type { Mandatory } from "../../components/mandatory.ts";
import { read } from "./read.ts";
import { type ConfigSource, defined } from "./value.ts";

/** What an organization wants of every resource. @throws ConfigError */
export const mandatoryOf = (config: ConfigSource): Mandatory =>
  defined({
    permissionsBoundary: read(config, "permissionsBoundary"),
    tags: Object.fromEntries(
      read(config, "tags").map((tag) => {
        const at = tag.indexOf("=");
        return [tag.slice(0, at), tag.slice(at + 1)] as const;
      }),
    ),
  });
