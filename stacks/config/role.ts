import { type ConfigSource, matching } from "./value.ts";

export const roleNameOf = (config: ConfigSource) =>
  matching(
    config,
    "crossAccountRoleName",
    /^[\w+=,.@-]{1,64}$/,
    "a role's name has up to 64 letters, digits and +=,.@-_",
    "audit-cross-account-access-role",
  ) ?? "audit-cross-account-access-role";
export const externalIdOf = (config: ConfigSource) =>
  matching(
    config,
    "externalId",
    /^[\w+=,.@:/-]{2,1224}$/,
    "an external id has 2 to 1224 letters, digits and +=,.@:/-",
    "<the audit stack's output externalId>",
  );
