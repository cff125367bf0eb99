import { lookup } from "node:dns/promises";
import { getEndpointFromInstructions } from "@smithy/core/endpoints";
import type { Read, SdkClient } from "../auditors/collector.ts";
import { offeredRegions } from "./facts/offeredRegions.ts";

/** Whether a host's name has an address: undefined where nobody could say. */
export type HasAddress = (host: string) => Promise<boolean | undefined>;

/** By the resolver that calls go by. */
export const hasAddress: HasAddress = async (host) => {
  try {
    await lookup(host);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOTFOUND" ? false : undefined;
  }
};

/** What a call is made with in a region, without being made. */
export type ClientIn = (region: string) => SdkClient;

/** Why a service is not asked in a region, told by whom and of which day; undefined: it is asked. */
export type Offering = (
  read: Pick<Read, "command">,
  clientIn: ClientIn,
  region: string,
) => Promise<{ service: string; message: string } | undefined>;

const MESSAGE = `not asked: AWS does not offer the service in this region by ${offeredRegions.source} of ${offeredRegions.taken}, and the name of its endpoint has no address`;

/**
 * Which services AWS does not offer in a region. A list that is old or wrong must not hide resources: a service is
 * left out only where the list says so, the name of its endpoint has no address, so that a call would reach nobody, and
 * the same resolver finds the service elsewhere. In all other cases it is asked, and a call that fails is a failure.
 */
export function offering(known: HasAddress): Offering {
  const looked = new Map<string, Promise<boolean | undefined>>();
  const found = (host: string): Promise<boolean | undefined> => {
    const answer = looked.get(host) ?? known(host);
    looked.set(host, answer);
    return answer;
  };
  return async (read, clientIn, region) => {
    const service = clientIn(region).config?.serviceId;
    const lacking = service === undefined ? undefined : LACKING.get(service);
    if (!lacking?.has(region)) return undefined;
    const elsewhere = offeredRegions.regions.find((each) => !lacking.has(each));
    const host = await hostOf(read, clientIn(region), region);
    const other = elsewhere && (await hostOf(read, clientIn(elsewhere), elsewhere));
    if (!host || !other || (await found(host)) !== false || (await found(other)) !== true) return undefined;
    return { service: service!, message: MESSAGE };
  };
}

const LACKING = new Map<string, Set<string>>();
for (const [service, region] of offeredRegions.rows)
  LACKING.set(service, (LACKING.get(service) ?? new Set()).add(region));

/** The host that a call goes to; undefined where it is not AWS's own for the region, as that of an emulator. */
async function hostOf(
  { command }: Pick<Read, "command">,
  client: SdkClient,
  region: string,
): Promise<string | undefined> {
  try {
    const { url } = await getEndpointFromInstructions({}, command as object, client.config);
    return !client.config.isCustomEndpoint && url.hostname.includes(region) ? url.hostname : undefined;
  } catch {
    return undefined;
  }
}
