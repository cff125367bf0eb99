import { type Estate, type EstateService, isAwsError, type Operation, type Service } from "./service.ts";
import { registered } from "./services/registry.ts";
import type { WireRequest } from "./wire/message.ts";
import { hasOperation } from "./wire/operation.ts";
import { formOf } from "./wire/query.ts";

/** The estate's service that answers a request. */
async function inEstate(signingName: string, request: WireRequest, estate?: Estate): Promise<Service | undefined> {
  return (await estate?.services())?.find((service) => service.signingName === signingName && serves(service, request));
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
 * The service that answers a request: the one written for the sandbox, and behind it the estate.
 * Where the first knows nothing of what is asked (it has state for what is deployed, and not for a company's own
 * resources), a member account's estate answers.
 */
export async function served(signingName: string, request: WireRequest, estate?: Estate): Promise<Service | undefined> {
  const own = await registered(signingName, request)?.load();
  if (!own || !serves(own, request)) return (await inEstate(signingName, request, estate)) ?? own;
  if (own.knowsEstate || !estate) return own;
  const known = together.get(estate)?.get(own);
  if (known) return known;
  const operations = Object.entries(own.operations).map(([name, operation]) => [
    name,
    behind(own, name, operation, estate),
  ]);
  const both = { ...own, operations: Object.fromEntries(operations) };
  together.set(estate, (together.get(estate) ?? new WeakMap()).set(own, both));
  return both;
}

/** Services with an estate behind them, each made once. */
const together = new WeakMap<Estate, WeakMap<Service, Service>>();

const behind = (
  own: Service,
  name: string,
  operation: Operation<unknown, object>,
  estate: Estate,
): Operation<unknown, object> => ({
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
    const standing = async () => {
      if (call.account === call.state.auditAccount) return undefined;
      return (await estate.services()).find((each) => each.signingName === own.signingName && name in each.operations)
        ?.operations[name];
    };
    try {
      const answer = await operation.run(input, call);
      return isEmpty(answer) ? ((await (await standing())?.run(input, call)) ?? answer) : answer;
    } catch (error) {
      const other = isNotFound(error) ? await standing() : undefined;
      if (!other) throw error;
      return other.run(input, call);
    }
  },
});

function serves(service: Service & Partial<EstateService>, request: WireRequest): boolean {
  if (service.protocol === "query" && service.apiVersion) {
    const version = formOf(request).get("Version");
    if (version && version !== service.apiVersion) return false;
  }
  return hasOperation(service, request);
}
