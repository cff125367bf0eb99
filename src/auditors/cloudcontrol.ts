import { CloudControlClient, GetResourceCommand, ListResourcesCommand } from "@aws-sdk/client-cloudcontrol";
import { inline, type Resource, type ResourceType, reads, type Service } from "./collector.ts";
import { SECRETS } from "./secrets.ts";

const { from, list, describe } = reads("cloudformation");

/** The ARN that a type's properties give it: `Arn`, or the one that bears its name. */
const arnOf = (type: string) => (resource: Resource) => resource.Arn ?? resource[`${type.split("::").at(-1)}Arn`];

/**
 * Types without a declaration of their own, read by the Cloud Control API. The properties are those of the type's
 * CloudFormation schema, and stand in the configuration as AWS gives them.
 *
 * Cloud Control reads with the caller's permissions: beside its own two actions the role needs those of the type's
 * read and list handlers, which only the type's schema tells (`aws cloudformation describe-type --type RESOURCE
 * --type-name AWS::… --query Schema`, `handlers.read.permissions`).
 * @param types CloudFormation names of types that can be listed without input
 * @param actions IAM actions of those handlers
 * @see https://docs.aws.amazon.com/cloudcontrolapi/latest/userguide/supported-resources.html
 */
export const cloudControl = (types: readonly ResourceType[], actions: readonly string[] = []): Service => ({
  name: "cloudcontrol",
  title: "Types read by the Cloud Control API, as configured",
  client: CloudControlClient,
  collectors: types.map((TypeName) =>
    list(
      TypeName,
      from(ListResourcesCommand, "ResourceDescriptions", {
        input: { TypeName },
        action: ["cloudformation:ListResources", ...actions],
      }),
      {
        id: "Identifier",
        arn: arnOf(TypeName),
        json: "Properties",
        // A listing has some of the properties; this has all.
        describe: describe(GetResourceCommand, ({ Identifier }) => ({ TypeName, Identifier }), "ResourceDescription"),
        tags: inline("Tags"),
        redactNames: SECRETS,
        notEnabled: [/TypeNotFoundException/],
      },
    ),
  ),
});
