import { isOpen } from "./estate/regions.ts";
import { type Iam, iamOf } from "./iam.ts";
import { idOf } from "./random.ts";
import {
  AwsError,
  type Call,
  type Invoke,
  isAwsError,
  type Permission,
  type Principal,
  type Service,
} from "./service.ts";
import { registered } from "./services/registry.ts";
import type { SandboxState } from "./state.ts";
import { readRequest, type WireAnswer, type WireRequest, writeAnswer, writeError } from "./wire.ts";

/** What the sandbox is given from outside, so that a simulation can decide it. */
export interface Surroundings {
  /** Milliseconds since the epoch. */
  now: () => number;
  /** In [0, 1). */
  random: () => number;
  invoke: Invoke;
}

export interface Sandbox {
  state: SandboxState;
  iam: Iam;
  handle: (request: WireRequest) => Promise<WireAnswer>;
}

/** Finds account, region and service in a request's signature. The signature itself is not checked. */
function scopeOf(request: WireRequest): { key: string; region: string; service: string } {
  const credential =
    /Credential=([^,\s]+)/.exec(request.headers.authorization ?? "")?.[1] ??
    request.query.get("X-Amz-Credential") ??
    "";
  const [key, , region, service] = credential.split("/");
  if (!key || !region || !service)
    throw new AwsError(
      "MissingAuthenticationToken",
      "The request is not signed: set AWS_ACCESS_KEY_ID to an account's 12 digits.",
      403,
    );
  return { key, region, service };
}

function principalOf(state: SandboxState, key: string, now: number): Principal {
  // An access key of 12 digits is that account's root: the sandbox's own convention.
  if (/^\d{12}$/.test(key)) return { kind: "root", account: key };
  const session = state.sessions.get(key);
  if (!session)
    throw new AwsError("InvalidClientTokenId", "The security token included in the request is invalid.", 403);
  if (session.expires <= now)
    throw new AwsError("ExpiredToken", "The security token included in the request is expired", 403);
  const { account, roleArn, roleName, sessionName } = session;
  return { kind: "role", account, roleArn, roleName, sessionName };
}

/** AWS as a function from request to answer, over its state. */
export function createSandbox(state: SandboxState, { now, random, invoke }: Surroundings): Sandbox {
  const iam = iamOf(state);

  async function answer(service: Service, request: WireRequest, key: string, region: string, id: string) {
    const principal = principalOf(state, key, now());
    const { account } = principal;
    if (service.regional && !isOpen(state.seed, account, region))
      throw service.protocol === "ec2"
        ? new AwsError("AuthFailure", "AWS was not able to validate the provided access credentials", 401)
        : new AwsError(
            service.protocol === "query" ? "InvalidClientTokenId" : "UnrecognizedClientException",
            "The security token included in the request is invalid.",
            403,
          );
    const { operation: name, input } = readRequest(service, request);
    const operation = service.operations[name]!;
    const may = (permission: Permission) => iam.denial(principal, permission) === undefined;
    const call: Call = {
      account,
      region,
      principal,
      state,
      now,
      randomId: (length) => idOf(random, length),
      invoke,
      may,
    };
    const needed = operation.permissions?.(input, call) ?? [{ action: `${service.iamPrefix}:${name}`, resource: "*" }];
    for (const permission of needed) {
      const why = iam.denial(principal, permission);
      if (why)
        throw service.protocol === "ec2"
          ? new AwsError("UnauthorizedOperation", why, 403)
          : new AwsError(service.protocol.endsWith("json") ? "AccessDeniedException" : "AccessDenied", why, 403);
    }
    return writeAnswer(service, name, (await operation.run(input, call)) as Record<string, unknown>, id);
  }

  return {
    state,
    iam,
    handle: async (request) => {
      const id = idOf(random, 16);
      let service: Service | undefined;
      try {
        const scope = scopeOf(request);
        service = await registered(scope.service, request)?.load();
        if (!service)
          throw new AwsError("UnknownOperationException", `the sandbox has no service ${scope.service}`, 404);
        return await answer(service, request, scope.key, scope.region, id);
      } catch (error) {
        if (isAwsError(error)) return writeError(service, error, id);
        return writeError(service, new AwsError("InternalFailure", (error as Error).message, 500), id);
      }
    },
  };
}
