import { isOpen } from "./estate/regions.ts";
import { type Effect, effectsOn, latencyOf } from "./faults.ts";
import { type Iam, iamOf } from "./iam.ts";
import { idOf } from "./random.ts";
import { served } from "./served.ts";
import {
  type AthenaDialect,
  AwsError,
  type Call,
  type Estate,
  type Invoke,
  isAwsError,
  type Permission,
  type Principal,
  type Service,
} from "./service.ts";
import type { SandboxState } from "./state.ts";
import { readRequest, writeAnswer, writeError } from "./wire/codec.ts";
import type { WireAnswer, WireRequest } from "./wire/message.ts";

/** What the sandbox is given from outside, so that a simulation can decide it. */
export interface SandboxRuntime {
  /** Milliseconds since the epoch. */
  now: () => number;
  /** In [0, 1). */
  random: () => number;
  invoke: Invoke;
  /** What the accounts have that nobody deployed. Default: nothing. */
  estate?: Estate | undefined;
  /** How Athena's SQL is run. Default: it is not. */
  athena?: AthenaDialect | undefined;
  /** By signing name. Default: the registered ones, loaded when they are first asked for. */
  services?: ReadonlyMap<string, Service>;
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
  // Followed by a dot and a role's name, it is a session of that role, as the service that the role trusts has one.
  const [, account, name] = /^(\d{12})\.([\w+=,@.-]+)$/.exec(key) ?? [];
  if (account)
    for (const role of state.roles.values())
      if (role.account === account && role.RoleName === name)
        return { kind: "role", account, roleArn: role.Arn, roleName: role.RoleName, sessionName: role.RoleName };
  const session = state.sessions.get(key);
  if (!session)
    throw new AwsError("InvalidClientTokenId", "The security token included in the request is invalid.", 403);
  if (session.expires <= now)
    throw new AwsError("ExpiredToken", "The security token included in the request is expired", 403);
  const { roleArn, roleName, sessionName, policy } = session;
  return { kind: "role", account: session.account, roleArn, roleName, sessionName, sessionPolicy: policy };
}

const closedRegion = ({ protocol }: Service): AwsError =>
  protocol === "ec2"
    ? new AwsError("AuthFailure", "AWS was not able to validate the provided access credentials", 401)
    : new AwsError(
        protocol === "query" ? "InvalidClientTokenId" : "UnrecognizedClientException",
        "The security token included in the request is invalid.",
        403,
      );

const denied = ({ protocol }: Service, why: string): AwsError =>
  new AwsError(
    protocol === "ec2" ? "UnauthorizedOperation" : protocol.endsWith("json") ? "AccessDeniedException" : "AccessDenied",
    why,
    403,
  );

function throttled({ protocol, signingName }: Service): AwsError {
  if (protocol === "ec2") return new AwsError("RequestLimitExceeded", "Request limit exceeded.", 503);
  if (signingName === "s3") return new AwsError("SlowDown", "Please reduce your request rate.", 503);
  if (signingName === "lambda") return new AwsError("TooManyRequestsException", "Rate exceeded", 429);
  return new AwsError(protocol === "query" ? "Throttling" : "ThrottlingException", "Rate exceeded");
}

/** The error that a scripted fault is to the caller; those without one do something else. */
function errorOf(effect: Effect, service: Service, who: string, needed: Permission | undefined): AwsError | undefined {
  switch (effect.kind) {
    case "throttled":
      return throttled(service);
    case "unavailable": {
      const { status = 500 } = effect;
      if (status !== 500) return new AwsError("ServiceUnavailable", "Service is unavailable.", status);
      return new AwsError(
        service.signingName === "s3" ? "InternalError" : "InternalFailure",
        "Internal error.",
        status,
      );
    }
    case "denied":
      return denied(
        service,
        `User: ${who} is not authorized to perform: ${needed?.action} on resource: ${needed?.resource} with an explicit deny in a service control policy`,
      );
    case "closed":
      return closedRegion(service);
    case "expired":
      return new AwsError(
        service.protocol.endsWith("json") ? "ExpiredTokenException" : "ExpiredToken",
        "The security token included in the request is expired",
        403,
      );
    default:
      return undefined;
  }
}

const failure = (service: Service | undefined, error: unknown, id: string): WireAnswer =>
  writeError(service, isAwsError(error) ? error : new AwsError("InternalFailure", (error as Error).message, 500), id);

/** AWS as a function from request to answer, over its state. */
export function createSandbox(
  state: SandboxState,
  { now, random, invoke, estate, athena, services }: SandboxRuntime,
): Sandbox {
  const iam = iamOf(state, now);

  async function answer(service: Service, request: WireRequest, key: string, region: string, id: string) {
    const principal = principalOf(state, key, now());
    const { account } = principal;
    if (service.regional && !isOpen(state.seed, account, region)) throw closedRegion(service);
    const { operation: name, input } = readRequest(service, request);
    const operation = service.operations[name]!;
    const denial = (permission: Permission, as = principal) => iam.denial(as, permission);
    const randomId = (length: number) => idOf(random, length);
    const call: Call = { account, region, principal, state, now, randomId, invoke, denial, athena };
    const needed = operation.permissions?.(input, call) ?? [{ action: `${service.iamPrefix}:${name}`, resource: "*" }];
    const effects = effectsOn(state.faults, {
      service: service.signingName,
      operation: name,
      account: needed[0]?.owner ?? account,
      region,
    });
    const after = latencyOf(effects, random);
    const lost = effects.find(({ kind }) => kind === "reset" || kind === "silent")?.kind as WireAnswer["lost"];
    if (lost) return { status: 0, headers: {}, body: new Uint8Array(), after, lost };
    try {
      for (const effect of effects) {
        const error = errorOf(effect, service, iam.nameOf(principal), needed[0]);
        if (error) throw error;
      }
      for (const permission of needed) {
        const why = iam.denial(principal, permission);
        if (why) throw denied(service, why);
      }
      return {
        ...writeAnswer(service, name, (await operation.run(input, call)) as Record<string, unknown>, id),
        after,
      };
    } catch (error) {
      return { ...failure(service, error, id), after };
    }
  }

  return {
    state,
    iam,
    handle: async (request) => {
      const id = idOf(random, 16);
      let service: Service | undefined;
      try {
        const scope = scopeOf(request);
        service = services ? services.get(scope.service) : await served(scope.service, request, estate);
        if (!service)
          throw new AwsError("UnknownOperationException", `the sandbox has no service ${scope.service}`, 404);
        return await answer(service, request, scope.key, scope.region, id);
      } catch (error) {
        return failure(service, error, id);
      }
    },
  };
}
