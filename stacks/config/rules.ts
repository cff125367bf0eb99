import { type ConfigSource, choice } from "./value.ts";

export const hasConfigRules = (config: ConfigSource): boolean =>
  choice(config, "configRules", ["true", "false"], "false") === "true";
