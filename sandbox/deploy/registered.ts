import * as pulumi from "@pulumi/pulumi";

/** A resource as a program registers it with Pulumi's engine. */
export interface Registered {
  /** As the engine would make it: `urn:pulumi:<stack>::<project>::<parents' types>$<type>::<name>`. */
  urn: string;
  type: string;
  name: string;
  /** With the outputs of other resources in place. */
  // biome-ignore lint/suspicious/noExplicitAny: each type of resource has its own inputs
  inputs: any;
  /** URN of the resource it belongs to; empty for the stack itself. */
  parent: string;
  retainOnDelete: boolean;
  /** URNs it had before, by which the engine finds it again. */
  aliases: string[];
}

const STACK = "pulumi:pulumi:Stack";

/** Tells of each resource that is registered with the mocks that are set. Call it after `pulumi.runtime.setMocks`. */
export function onRegistered(tell: (resource: Registered) => void): void {
  // biome-ignore lint/suspicious/noExplicitAny: the SDK's gRPC messages come without usable types
  const monitor = pulumi.runtime.getMonitor() as any;
  const { registerResource } = monitor;
  /** The mocks' URNs name the nearest parent only. */
  const urns = new Map<string, string>();
  const whole = (parent: string, type: string, name: string): string => {
    const above = urns.get(parent)?.split("::")[2];
    const stack = `${pulumi.runtime.getStack()}::${pulumi.runtime.getProject()}`;
    return `urn:pulumi:${stack}::${above && above !== STACK ? `${above}$` : ""}${type}::${name}`;
  };
  // biome-ignore lint/suspicious/noExplicitAny: as above
  monitor.registerResource = (request: any, done: any) => {
    const [type, name, parent] = [request.getType(), request.getName(), request.getParent()];
    const urn = whole(parent, type, name);
    const object = request.getObject();
    tell({
      urn,
      type,
      name,
      inputs: object ? pulumi.runtime.deserializeProperties(object) : {},
      parent: urns.get(parent) ?? "",
      retainOnDelete: request.getRetainondelete(),
      // biome-ignore lint/suspicious/noExplicitAny: as above
      aliases: request.getAliasesList().map((alias: any) => {
        const spec = alias.getSpec();
        if (!spec) return alias.getUrn();
        const under = spec.getNoparent() ? "" : spec.getParenturn() || parent;
        return whole(under, spec.getType() || type, spec.getName() || name);
      }),
    });
    // biome-ignore lint/suspicious/noExplicitAny: as above
    return registerResource.call(monitor, request, (error: any, response: any) => {
      if (response) urns.set(response.getUrn(), urn);
      done(error, response);
    });
  };
}
