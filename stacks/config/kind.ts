import { type ConfigSource, choice } from "./value.ts";

/** Which account a stack is for. */
export const kindOf = (config: ConfigSource): "audit" | "member" | "rollout" =>
  choice(config, "kind", ["audit", "member", "rollout"]);
