import type { Permission } from "./service.ts";

/**
 * To hand a role to a service is a permission of its own beside the call that does it.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
 */
export const passRole = (role: string | undefined, service: string): Permission[] =>
  role ? [{ action: "iam:PassRole", resource: role, context: { "iam:PassedToService": service } }] : [];
