import { getSchemaSerdePlugin } from "@smithy/core/schema";
import type { SdkClient } from "../auditors/collector.ts";
import { cacheMiddlewareOrder } from "./middlewareOrder.ts";

/** Steps of the SDK's clients that do nothing here: nothing logs calls, and no function is called by another's call. */
const IDLE = ["loggerMiddleware", "recursionDetectionMiddleware"];
/** The step that makes up the header of the same name anew for each call. */
const USER_AGENT = "getUserAgentMiddleware";

type Step = (args: { request: { headers: Record<string, string> } }) => Promise<unknown>;

interface Steps {
  remove(name: string): boolean;
  add(step: (next: Step) => Step, options: { name: string; step: "build"; priority: "low" }): void;
}

/** What each client looks up in the environment and in the shared files at its first call, by the name in its configuration. */
const LOOKED_UP = ["authSchemePreference", "useDualstackEndpoint", "useFipsEndpoint", "userAgentAppId"] as const;
/** The same, and what is there may be of one service alone. */
const LOOKED_UP_FOR_SERVICE = "serviceConfiguredEndpoint";

/** What was looked up for clients that are made of the same environment. */
export type LookedUp = Map<string, unknown>;

/**
 * Takes out of a client what is the same for all of its calls and would be worked out again for each: who asks, what
 * signs, which steps a call goes through, and mostly where to. What is sent stays the same. An auditor calls most
 * operations of a region once, and the sealer most of its own, so that nothing else would make up for it.
 * @param lookedUp by other clients; this one adds to it what it is the first to look for
 */
export function withCachedConfig<C extends SdkClient>(client: C, lookedUp: LookedUp = new Map()): C {
  const { config } = client;
  const once = (name: string, key: string) => {
    if (!lookedUp.has(key)) lookedUp.set(key, config[name]);
    config[name] = lookedUp.get(key);
  };
  for (const name of LOOKED_UP) once(name, name);
  once(LOOKED_UP_FOR_SERVICE, `${LOOKED_UP_FOR_SERVICE} ${config.serviceId}`);
  const steps = client.middlewareStack as unknown as Steps;
  for (const name of [...IDLE, USER_AGENT]) steps.remove(name);
  let agent: string | undefined;
  steps.add(
    (next) => async (args) => {
      agent ??= userAgent(await config.defaultUserAgentProvider(), await config.userAgentAppId());
      args.request.headers["user-agent"] = agent;
      return next(args);
    },
    { name: USER_AGENT, step: "build", priority: "low" },
  );
  const signerFor = config.signer;
  let signer: Promise<unknown> | undefined;
  config.signer = (scheme: unknown) => {
    signer ??= signerFor(scheme);
    return signer;
  };
  client.middlewareStack.use(getSchemaSerdePlugin(ofProtocol(config)));
  cacheMiddlewareOrder(client);
  return client;
}

/**
 * What the protocol is given of a client's configuration: what the SDK's types say that it uses. The SDK copies all of
 * it for each request and for each answer.
 */
function ofProtocol(config: SdkClient["config"]): Parameters<typeof getSchemaSerdePlugin>[0] {
  const { protocol, base64Decoder, base64Encoder, utf8Decoder, utf8Encoder, streamCollector } = config;
  const { disableHostPrefix, urlParser, endpoint, requestHandler } = config;
  return {
    ...{ base64Decoder, base64Encoder, utf8Decoder, utf8Encoder, streamCollector },
    ...{ disableHostPrefix, urlParser, endpoint, requestHandler },
    // The protocol itself keeps the client's own.
    protocol: Object.create(protocol, { setSerdeContext: { value: () => undefined } }),
  };
}

/** What the SDK does not write into the header as it is. */
const ESCAPED = /[^\w!$%&'*+.^`|~#-]/g;

/**
 * Who asks, as the SDK says it, and AWS writes it to CloudTrail.
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-appid.html
 */
function userAgent(parts: readonly (readonly [name: string, version?: string])[], app: string | undefined): string {
  const written = parts.map(([name, version]) => {
    if (!version) return name;
    const [kind, of] = name.split("/");
    if (of === undefined) return `${name}/${version}`;
    return `${kind}/${(kind === "api" ? of.toLowerCase() : of).replace(ESCAPED, "-")}#${version}`;
  });
  return [...written, ...(app ? [`app/${app.replace(ESCAPED, "-")}`] : [])].join(" ");
}
