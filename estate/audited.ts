import type { Estate, EstateService, Operation, Protocol } from "../sandbox/service.ts";
import type { Collector, Service as Declared } from "../src/auditors/collector.ts";
import { loadServices } from "../src/auditors/registry.ts";
import { type Enumerations, enumerationsOf } from "./generate.ts";
import { operationsOf } from "./operations.ts";
import { taggedOf } from "./resources.ts";

/** An audited service as the sandbox serves it. */
interface Served extends EstateService {
  collectors: readonly Collector[];
  enumerations: Enumerations;
  share?: number | undefined;
}

const PROTOCOLS: Record<string, Protocol> = {
  AwsQueryProtocol: "query",
  AwsEc2QueryProtocol: "ec2",
  AwsJson1_0Protocol: "json",
  AwsJson1_1Protocol: "json",
  AwsRestJsonProtocol: "rest-json",
  AwsRestXmlProtocol: "rest-xml",
  S3RestXmlProtocol: "rest-xml",
};

/** Where to call a service that has to be asked for it first: here. */
const discovery: Operation<object, object> = {
  run: () => ({ Endpoints: [{ Address: "127.0.0.1", CachePeriodInMinutes: 1440 }] }),
};

/** Every audited service, one for each SDK client. Loads all declarations, and with them all clients: two seconds. */
async function auditedServices(share?: number): Promise<Served[]> {
  const byClient = new Map<Declared["client"], Collector[]>();
  for (const declared of await loadServices())
    for (const collector of declared.collectors) {
      const client = collector.listing.client ?? declared.client;
      byClient.set(client, [...(byClient.get(client) ?? []), collector]);
    }
  const served = [...byClient].map(async ([Client, collectors]): Promise<Served> => {
    const { config } = new Client({ region: "us-east-1" }) as unknown as {
      config: { defaultSigningName: string; serviceId: string; apiVersion: string; protocol: object };
    };
    const signingName = config.defaultSigningName;
    // The SDK's packages are named after the service ids: `Elastic Load Balancing v2`.
    const sdk = await import(`@aws-sdk/client-${config.serviceId.toLowerCase().replaceAll(" ", "-")}`);
    const enumerations = enumerationsOf(sdk);
    const { operations, sdk: shapes } = operationsOf({ signingName, collectors, enumerations, share });
    return {
      signingName,
      apiVersion: config.apiVersion,
      iamPrefix: signingName,
      protocol: PROTOCOLS[config.protocol.constructor.name]!,
      regional: collectors.some(({ scope }) => scope === "regional"),
      collectors,
      enumerations,
      share,
      sdk: { DescribeEndpoints$: sdk.DescribeEndpoints$, ...shapes },
      operations: { ...(sdk.DescribeEndpoints$ ? { DescribeEndpoints: discovery } : {}), ...operations },
    };
  });
  const services = await Promise.all(served);
  return [...services, tagging(services)];
}

/** The Resource Groups Tagging API over the estate: tags of what the declarations ask it for. */
function tagging(services: readonly Served[]): Served {
  const bulk = services.flatMap((service) =>
    service.collectors.flatMap((collector) =>
      collector.tags.kind === "bulk" ? [{ service, collector, listing: collector.tags.listing }] : [],
    ),
  );
  const [first] = bulk;
  return {
    signingName: "tagging",
    apiVersion: "",
    iamPrefix: "tag",
    protocol: "json",
    regional: true,
    collectors: [],
    enumerations: () => undefined,
    sdk: first ? { GetResources$: first.listing.schema } : {},
    operations: {
      GetResources: {
        run: ({ ResourceTypeFilters = [] }: { ResourceTypeFilters?: string[] }, call) => ({
          ResourceTagMappingList: bulk
            .filter(({ listing }) =>
              listing
                .inputs({ partition: "aws", account: call.account, region: call.region })
                .some((own) => JSON.stringify(own.ResourceTypeFilters) === JSON.stringify(ResourceTypeFilters)),
            )
            .flatMap(({ service, collector }) => taggedOf(collector, service, call)),
        }),
      },
    },
  };
}

/**
 * What a made-up company has of everything that the declarations read.
 * @param share of how many listings, in hundredths, there is anything; of all that are drawn when left out
 */
export function estateOf(share?: number): Estate {
  let all: Promise<Served[]> | undefined;
  return {
    services: () => {
      all ??= auditedServices(share);
      return all;
    },
  };
}

/** The estate of the sandbox's member accounts. */
export const auditedEstate: Estate = estateOf();
