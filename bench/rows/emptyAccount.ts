import { setMaxListeners } from "node:events";
import { OPEN_EVERYWHERE } from "../../sandbox/estate/regions.ts";
import type { Auditor, ClientClass, SdkClient } from "../../src/auditors/collector.ts";
import { isGlobal } from "../../src/auditors/collector.ts";
import { loadAuditors } from "../../src/auditors/registry.ts";
import { offeredRegions } from "../../src/collect/facts/offeredRegions.ts";
import { offering } from "../../src/collect/offering.ts";
import { OutcomeBuilder } from "../../src/collect/outcomeBuilder.ts";
import { readItem } from "../../src/collect/resources.ts";
import { typeStatus } from "../../src/evidence/outcome.ts";
import { GLOBAL } from "../../src/evidence/plan.ts";
import type { Line, Row } from "../row.ts";

const credentials = { accessKeyId: "bench", secretAccessKey: "bench" };

const REFUSED: Readonly<Record<string, readonly [code: string, message: string]>> = {
  FMS: ["AccessDeniedException", "No default admin could be found for account 111111111111 in Region us-east-1"],
  Macie2: ["AccessDeniedException", "Macie is not enabled"],
  Organizations: ["AWSOrganizationsNotInUseException", "Your account is not a member of an organization."],
  SecurityHub: ["InvalidAccessException", "Account 111111111111 is not subscribed to AWS Security Hub"],
};
const OF_AN_ORGANIZATION: readonly [code: string, message: string] = [
  "OrganizationAccessDeniedException",
  "This action can be only made by an AWS Organizations management or delegated administrator account.",
];

/** What AWS answers with that is no list. */
const NOT_LISTS: Readonly<Record<string, object>> = {
  ListServiceQuotas: { Quotas: [{ QuotaCode: "L-1", Value: 1 }] },
  ListAWSDefaultServiceQuotas: { Quotas: [{ QuotaCode: "L-1", Value: 1 }] },
  DescribeAccountAttributes: {
    AccountQuotas: ["DBInstances", "DBSubnetGroups", "EventSubscriptions"].map((AccountQuotaName) => ({
      AccountQuotaName,
      Used: 0,
      Max: 40,
    })),
  },
  DescribeAccountLimits: { NumberOfAutoScalingGroups: 0, NumberOfLaunchConfigurations: 0 },
  GetAccountSettings: { AccountUsage: { FunctionCount: 0, TotalCodeSize: 0 } },
  GetPoliciesStats: {
    AccessPolicyStats: { DataPolicyCount: 0 },
    SecurityPolicyStats: { EncryptionPolicyCount: 0, NetworkPolicyCount: 0 },
  },
};

/** What AWS answers where there is nothing: of some services that they are not in use, numbers, quotas, and empty lists. */
async function answered(serviceId: string, operation: string): Promise<object> {
  const refused = /Organization(ConfigRules|ConformancePacks)$/.test(operation)
    ? OF_AN_ORGANIZATION
    : REFUSED[serviceId];
  if (refused)
    throw Object.assign(new Error(refused[1]), { name: refused[0], $metadata: { httpStatusCode: 400, attempts: 1 } });
  return { ...NOT_LISTS[operation], $metadata: { attempts: 1 } };
}

interface Without {
  /** Services that AWS does not offer in a region. */
  notOffered?: boolean;
  /** Types that cannot be without another, of which there are none. */
  prerequisites?: boolean;
}

interface Asked {
  calls: number;
  outcomes: number;
  /** Types with an answer, in all outcomes. */
  types: number;
}

const askingAll = (auditor: Auditor): Auditor => ({
  ...auditor,
  services: auditor.services.map((service) => ({
    ...service,
    collectors: service.collectors.map(({ onlyWith: _onlyWith, ...collector }) => collector),
  })),
});

/** What all auditors ask an account that has nothing. */
async function asked(regions: readonly string[], without: Without): Promise<Asked> {
  const lacking = new Set<string>();
  const offered = without.notOffered ? offering(async (host) => !lacking.has(host)) : undefined;
  let calls = 0;
  let outcomes = 0;
  let types = 0;
  for (const loaded of await loadAuditors()) {
    const auditor = without.prerequisites ? loaded : askingAll(loaded);
    const clients = new Map<string, SdkClient>();
    const clientOf = (Client: ClientClass, region: string): SdkClient => {
      const key = `${Client.name} ${region}`;
      let client = clients.get(key);
      if (!client) {
        client = new Client({ region, credentials });
        const { serviceId, endpointProvider } = client.config;
        if (offeredRegions.rows.some(([service, where]) => service === serviceId && where === region))
          lacking.add(endpointProvider({ Region: region, UseDualStack: false, UseFIPS: false }).url.hostname);
        client.send = async (command: object) =>
          answered(String(serviceId).replaceAll(" ", ""), (command as { schema: readonly string[] }).schema[2]!);
        clients.set(key, client);
      }
      return client;
    };
    const collectors = auditor.services.flatMap((service) => service.collectors);
    const places = [...(collectors.some(isGlobal) ? [GLOBAL] : []), ...(collectors.every(isGlobal) ? [] : regions)];
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
      const outcome = builder.outcome();
      if (outcome.status === "failed") throw new Error(`${auditor.name} failed in ${region}`);
      calls += outcome.calls;
      outcomes += 1;
      for (const { type } of collectors.filter((each) => isGlobal(each) === (region === GLOBAL)))
        if (/^(collected|not-enabled)$/.test(typeStatus(outcome, type))) types += 1;
    }
  }
  return { calls, outcomes, types };
}

async function line(what: string, regions: readonly string[]): Promise<Line> {
  const all = await asked(regions, {});
  const prerequisites = await asked(regions, { prerequisites: true });
  const both = await asked(regions, { prerequisites: true, notOffered: true });
  const lost = [prerequisites, both].some((each) => each.outcomes !== all.outcomes || each.types !== all.types);
  const fewer = 1 - both.calls / all.calls;
  return {
    what: `Calls of all auditors in an account that has nothing, ${what}`,
    measured: `${(fewer * 100).toFixed(1)} % fewer`,
    target: { text: "33.3 % fewer, no outcome is lost", met: fewer >= 1 / 3 && !lost },
    from: `${both.calls} calls; ${prerequisites.calls} with those of services that AWS does not offer in a region; ${all.calls} with those of types that cannot be without another, too; ${both.outcomes} outcomes, ${both.types} answers about a type${lost ? ": some are lost" : ""}`,
  };
}

/** What leaving out saves: services that a region does not have, and types that cannot be without another. */
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
