import { setMaxListeners } from "node:events";
import { OPEN_EVERYWHERE } from "../../sandbox/estate/regions.ts";
import type { ClientClass, SdkClient } from "../../src/auditors/collector.ts";
import { isGlobal } from "../../src/auditors/collector.ts";
import { loadAuditors } from "../../src/auditors/registry.ts";
import { offeredRegions } from "../../src/collect/facts/offeredRegions.ts";
import { offering } from "../../src/collect/offering.ts";
import { OutcomeBuilder } from "../../src/collect/outcomeBuilder.ts";
import { readItem } from "../../src/collect/resources.ts";
import { GLOBAL } from "../../src/evidence/plan.ts";
import type { Line, Row } from "../row.ts";

const credentials = { accessKeyId: "bench", secretAccessKey: "bench" };

/** What all auditors ask an account that has nothing: calls, and outcomes of planned items. */
async function asked(regions: readonly string[], leavesOut: boolean): Promise<{ calls: number; outcomes: number }> {
  const lacking = new Set<string>();
  const offered = leavesOut ? offering(async (host) => !lacking.has(host)) : undefined;
  let calls = 0;
  let outcomes = 0;
  for (const auditor of await loadAuditors()) {
    const clients = new Map<string, SdkClient>();
    const clientOf = (Client: ClientClass, region: string): SdkClient => {
      const key = `${Client.name} ${region}`;
      let client = clients.get(key);
      if (!client) {
        client = new Client({ region, credentials });
        const { serviceId, endpointProvider } = client.config;
        if (offeredRegions.rows.some(([service, where]) => service === serviceId && where === region))
          lacking.add(endpointProvider({ Region: region, UseDualStack: false, UseFIPS: false }).url.hostname);
        client.send = async () => ({ $metadata: { attempts: 1 } });
        clients.set(key, client);
      }
      return client;
    };
    const types = auditor.services.flatMap(({ collectors }) => collectors);
    const places = [...(types.some(isGlobal) ? [GLOBAL] : []), ...(types.every(isGlobal) ? [] : regions)];
    for (const region of places) {
      const deadline = new AbortController().signal;
      setMaxListeners(0, deadline);
      const builder = new OutcomeBuilder({ auditor: auditor.name, account_id: "111111111111", region }, () => 0);
      await readItem(auditor, {
        runId: "run",
        partition: "aws",
        item: builder.item,
        clientOf,
        homeRegion: "us-east-1",
        regionIsOpen: true,
        offering: offered,
        budget: (_client, call) => call(() => undefined),
        bucketsFor: () => [],
        builder,
        deadline,
        now: () => 0,
        wait: async () => undefined,
        write: async () => undefined,
        digestKey: "0123456789abcdef",
      });
      const { calls: made, status } = builder.outcome();
      if (status === "failed") throw new Error(`${auditor.name} failed in ${region}`);
      calls += made;
      outcomes += 1;
    }
  }
  return { calls, outcomes };
}

async function line(what: string, regions: readonly string[]): Promise<Line> {
  const all = await asked(regions, false);
  const some = await asked(regions, true);
  return {
    what: `Calls of all auditors in an account that has nothing, ${what}`,
    measured: `${((1 - some.calls / all.calls) * 100).toFixed(1)} % fewer`,
    target: { text: "no outcome is lost", met: some.outcomes === all.outcomes },
    from: `${some.calls} calls; ${all.calls} with those of services that AWS does not offer in a region; ${some.outcomes} outcomes`,
  };
}

/** What leaving out services saves that a region does not have. */
export const row: Row = {
  name: "emptyAccount",
  title: "An account that has nothing",
  measure: async () => [
    await line(`${OPEN_EVERYWHERE.length} regions that are always open`, OPEN_EVERYWHERE),
    await line(
      "all regions of the partition",
      offeredRegions.regions.filter((region) => !/^(cn|us-gov|eusc)-/.test(region)),
    ),
  ],
};
