import { isIP } from "node:net";
import type { SdkClient } from "../auditors/collector.ts";

/**
 * Sends calls to an endpoint that is an IP address, as that of an emulator is, as it stands: S3 Control puts the
 * account in front of it, and an address has no subdomains.
 */
export function keepAddress<C extends SdkClient>(client: C): C {
  const { config } = client;
  if (config.serviceId !== "S3 Control") return client;
  const resolve = config.endpointProvider;
  config.endpointProvider = (parameters: { Endpoint?: string }, context: unknown) => {
    const { Endpoint: endpoint } = parameters;
    if (!endpoint || !isIP(new URL(endpoint).hostname.replace(/^\[|\]$/g, ""))) return resolve(parameters, context);
    return { url: new URL(endpoint) };
  };
  return client;
}
