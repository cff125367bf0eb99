import type { Collector, Service as Declared } from "../../src/auditors/collector.ts";
import { loadServices } from "../../src/auditors/registry.ts";
import { type Enumerations, enumerationsOf } from "../estate/generate.ts";
import { operationsOf } from "../estate/generic.ts";
import { taggedOf } from "../estate/resources.ts";
import { isAwsError, type Operation, type Protocol, type Service } from "../service.ts";
import type { WireRequest } from "../wire/message.ts";
import { hasAsked } from "../wire/operation.ts";
import { formOf } from "../wire/query.ts";
import { registered } from "./registry.ts";

/** An audited service as the sandbox serves it, and how its requests are told from another's of the same name. */
interface Served extends Service {
  apiVersion: string;
  collectors: readonly Collector[];
  enumerations: Enumerations;
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
async function auditedServices(): Promise<Served[]> {
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
    const { operations, sdk: shapes } = operationsOf({ signingName, collectors, enumerations });
    return {
      signingName,
      apiVersion: config.apiVersion,
      iamPrefix: signingName,
      protocol: PROTOCOLS[config.protocol.constructor.name]!,
      regional: collectors.some(({ scope }) => scope === "regional"),
      collectors,
      enumerations,
      sdk: { DescribeEndpoints$: sdk.DescribeEndpoints$, ...shapes },
      operations: { ...(sdk.DescribeEndpoints$ ? { DescribeEndpoints: discovery } : {}), ...operations },
    };
  });
  const services = await Promise.all(served);
  return [...services, tagging(services)];
}

/** The Resource Groups Tagging API over the estate: tags of what the declarations ask it for. */
function tagging(services: readonly Served[]): Served {
  const asked = services.flatMap((service) =>
    service.collectors.flatMap((collector) =>
      collector.tags.kind === "bulk" ? [{ service, collector, listing: collector.tags.listing }] : [],
    ),
  );
  const [first] = asked;
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
          ResourceTagMappingList: asked
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

let all: Promise<Served[]> | undefined;
const everyAudited = (): Promise<Served[]> => {
  all ??= auditedServices();
  return all;
};

/** The audited service that serves a request. */
async function auditedFor(signingName: string, request: WireRequest): Promise<Service | undefined> {
  return (await everyAudited()).find((service) => service.signingName === signingName && serves(service, request));
}

const NOT_FOUND = /NotFound|NoSuch|NonExistent|DoesNotExist|InvalidParameterValue|InvalidRequest|InvalidAccess/;
/** Some services say it in the message alone, such as SageMaker. */
const isNotFound = (error: unknown): boolean =>
  isAwsError(error) && (NOT_FOUND.test(error.code) || error.message.startsWith("Could not find "));
const isEmpty = (answer: object): boolean =>
  !Object.values(answer).some((value) =>
    Array.isArray(value) ? value.length : value !== undefined && typeof value !== "boolean",
  );

/**
 * The service that answers a request: the one written for the sandbox, and behind it the estate of what is audited.
 * Where the first knows nothing of what is asked (it has state for what is deployed, and not for a company's own
 * resources), a member account's estate answers.
 */
export async function served(signingName: string, request: WireRequest): Promise<Service | undefined> {
  const own = await registered(signingName, request)?.load();
  if (!own || !serves(own, request)) return (await auditedFor(signingName, request)) ?? own;
  if (own.knowsEstate) return own;
  const known = together.get(own);
  if (known) return known;
  const operations = Object.entries(own.operations).map(([name, operation]) => [name, behind(own, name, operation)]);
  const both = { ...own, operations: Object.fromEntries(operations) };
  together.set(own, both);
  return both;
}

const together = new WeakMap<Service, Service>();

const behind = (own: Service, name: string, operation: Operation<unknown, object>): Operation<unknown, object> => ({
  ...operation,
  permissions: (input, call) => {
    const declared = [{ action: `${own.iamPrefix}:${name}`, resource: "*" }];
    try {
      return operation.permissions?.(input, call) ?? declared;
    } catch (error) {
      // A permission on something of a company's own that has no state here, such as its keys.
      const companys = call.account !== call.state.auditAccount;
      if (companys && isNotFound(error)) return declared;
      throw error;
    }
  },
  run: async (input, call) => {
    const estate = async () => {
      if (call.account === call.state.auditAccount) return undefined;
      return (await everyAudited()).find((each) => each.signingName === own.signingName && name in each.operations)
        ?.operations[name];
    };
    try {
      const answer = await operation.run(input, call);
      return isEmpty(answer) ? ((await (await estate())?.run(input, call)) ?? answer) : answer;
    } catch (error) {
      const other = isNotFound(error) ? await estate() : undefined;
      if (!other) throw error;
      return other.run(input, call);
    }
  },
});

function serves(service: Service & { apiVersion?: string }, request: WireRequest): boolean {
  if (service.protocol === "query" && service.apiVersion) {
    const version = formOf(request).get("Version");
    if (version && version !== service.apiVersion) return false;
  }
  return hasAsked(service, request);
}
