import * as sdk from "@aws-sdk/client-cloudcontrol";
import { type AnyResource, resourcesOf } from "../estate/anyType.ts";
import { AwsError, type Call, type Service } from "../service.ts";

/** What the handlers of a type ask of IAM, as the type's schema says. */
interface Handlers {
  /** Undefined: the type cannot be listed without more input. */
  list?: readonly string[];
  read: readonly string[];
}

/** Types that the sandbox's Cloud Control API has. */
const TYPES: Readonly<Record<string, Handlers>> = {
  "AWS::IoT::Policy": { list: ["iot:ListPolicies"], read: ["iot:GetPolicy"] },
  "AWS::Events::Archive": { list: ["events:ListArchives"], read: ["events:DescribeArchive"] },
  "AWS::IoT::FleetMetric": { list: ["iot:ListFleetMetrics"], read: ["iot:DescribeFleetMetric"] },
  "AWS::Logs::LogStream": { read: ["logs:DescribeLogStreams"] },
};

function handlersOf(type: string | undefined): Handlers {
  const handlers = TYPES[type ?? ""];
  if (!handlers) throw new AwsError("TypeNotFoundException", `The type '${type}' cannot be found.`);
  return handlers;
}

/** A handler reads with the caller's permissions, and says in its own words what it may not do. */
function handled(type: string, actions: readonly string[], { denial }: Call): void {
  for (const action of actions) {
    const why = denial({ action, resource: "*" });
    if (why)
      throw new AwsError(
        "AccessDeniedException",
        `${type} Handler returned status FAILED: ${why} (HandlerErrorCode: AccessDenied)`,
      );
  }
}

const described = ({ id, properties }: AnyResource, names = Object.keys(properties)): sdk.ResourceDescription => ({
  Identifier: id,
  Properties: JSON.stringify(Object.fromEntries(names.map((name) => [name, properties[name]]))),
});

/** The Cloud Control API over the estate. */
export const cloudcontrol: Service = {
  signingName: "cloudcontrolapi",
  iamPrefix: "cloudformation",
  protocol: "json",
  regional: true,
  knowsEstate: true,
  sdk: { ...sdk },
  operations: {
    ListResources: {
      run: ({ TypeName = "" }: sdk.ListResourcesInput, call): sdk.ListResourcesOutput => {
        const { list } = handlersOf(TypeName);
        if (!list)
          throw new AwsError("UnsupportedActionException", `Resource type ${TypeName} does not support LIST action`);
        handled(TypeName, list, call);
        // A listing has what names the resource, and little more.
        return {
          TypeName,
          ResourceDescriptions: resourcesOf(TypeName, call).map((each) =>
            described(each, Object.keys(each.properties).slice(0, 1)),
          ),
        };
      },
    },
    GetResource: {
      run: ({ TypeName = "", Identifier }: sdk.GetResourceInput, call): sdk.GetResourceOutput => {
        handled(TypeName, handlersOf(TypeName).read, call);
        const found = resourcesOf(TypeName, call).find(({ id }) => id === Identifier);
        if (!found) throw new AwsError("ResourceNotFoundException", `${Identifier} does not exist.`, 404);
        return { TypeName, ResourceDescription: described(found) };
      },
    },
  },
};
