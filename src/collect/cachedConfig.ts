import { getSchemaSerdePlugin } from "@smithy/core/schema";
import type { SdkClient } from "../auditors/collector.ts";

/**
 * All that this project knows of the SDK's insides. The versions in package.json are exact, and
 * `test/collect/sdkInsides.test.ts` names what has changed where a new version has other insides.
 */

/** What was looked up for clients that are made of the same environment. */
export type LookedUp = Map<string, unknown>;

/**
 * Takes out of a client what is the same for all of its calls and would be worked out again for each: who asks, what
 * signs, in which order middleware runs, and mostly where to. What is sent stays the same. An auditor calls most
 * operations of a region once, and the sealer most of its own, so that nothing else would make up for it.
 * @param lookedUp by other clients; this one adds to it what it is the first to look for
 */
export function withCachedConfig<C extends SdkClient>(client: C, lookedUp: LookedUp = new Map()): C {
  shareLookups(client, lookedUp);
  cacheUserAgent(client);
  cacheSigner(client);
  client.middlewareStack.use(getSchemaSerdePlugin(ofProtocol(client.config)));
  cacheMiddlewareOrder(client);
  return client;
}

/** What each client looks up in the environment and in the shared files at its first call, by the name in its configuration. */
const LOOKED_UP = ["authSchemePreference", "useDualstackEndpoint", "useFipsEndpoint", "userAgentAppId"] as const;
/** The same, and what is there may be of one service alone. */
const LOOKED_UP_FOR_SERVICE = "serviceConfiguredEndpoint";

function shareLookups({ config }: SdkClient, lookedUp: LookedUp): void {
  const share = (name: string, key: string) => {
    if (!lookedUp.has(key)) lookedUp.set(key, config[name]);
    config[name] = lookedUp.get(key);
  };
  for (const name of LOOKED_UP) share(name, name);
  share(LOOKED_UP_FOR_SERVICE, `${LOOKED_UP_FOR_SERVICE} ${config.serviceId}`);
}

/** Middleware of the SDK's clients that does nothing here: nothing logs calls, and no function is called by another's call. */
const IDLE = ["loggerMiddleware", "recursionDetectionMiddleware"];
/** The middleware that makes up the header of the same name anew for each call. */
const USER_AGENT = "getUserAgentMiddleware";

type Handler = (args: object) => Promise<unknown>;
type BuildHandler = (args: { request: { headers: Record<string, string> } }) => Promise<unknown>;

interface BuildStack {
  remove(name: string): boolean;
  add(
    middleware: (next: BuildHandler) => BuildHandler,
    options: { name: string; step: "build"; priority: "low" },
  ): void;
}

function cacheUserAgent({ config, middlewareStack }: SdkClient): void {
  const stack = middlewareStack as unknown as BuildStack;
  for (const name of [...IDLE, USER_AGENT]) stack.remove(name);
  let agent: string | undefined;
  stack.add(
    (next) => async (args) => {
      agent ??= userAgent(await config.defaultUserAgentProvider(), await config.userAgentAppId());
      args.request.headers["user-agent"] = agent;
      return next(args);
    },
    { name: USER_AGENT, step: "build", priority: "low" },
  );
}

/** What the SDK does not write into the header as it is. */
const ESCAPED = /[^\w!$%&'*+.^`|~#-]/g;

/**
 * Who asks, as the SDK says it, and AWS writes it to CloudTrail.
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-appid.html
 */
function userAgent(parts: readonly (readonly [name: string, version?: string])[], app: string | undefined): string {
  const words = parts.map(([name, version]) => {
    if (!version) return name;
    const [kind, of] = name.split("/");
    if (of === undefined) return `${name}/${version}`;
    return `${kind}/${(kind === "api" ? of.toLowerCase() : of).replace(ESCAPED, "-")}#${version}`;
  });
  return [...words, ...(app ? [`app/${app.replace(ESCAPED, "-")}`] : [])].join(" ");
}

function cacheSigner({ config }: SdkClient): void {
  const signerFor = config.signer;
  let signer: Promise<unknown> | undefined;
  config.signer = (scheme: unknown) => {
    signer ??= signerFor(scheme);
    return signer;
  };
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

/** Part of the way of a call: gets the next part, and what is known of the call. */
type Middleware = (next: Handler, context: Context) => Handler;

/** What the SDK's middleware knows of a call, as far as it is of interest here. */
interface Context {
  __smithy_context: { commandInstance: { constructor: CommandClass } };
  endpointV2?: Endpoint;
}

interface Endpoint {
  properties?: { authSchemes?: readonly unknown[] };
}

/** A command's class: what decides about the endpoint, by parameter. */
interface CommandClass {
  getEndpointParameterInstructions(): Record<string, { type: string }>;
}

/** The middleware of a client or of a command. */
interface Stack {
  applyToStack(to: {
    add(middleware: Middleware, options: { name?: string }): void;
    addRelativeTo(middleware: Middleware, options: { name?: string }): void;
  }): void;
  identify(): string[];
  concat(added: Stack): Resolvable;
}
type Resolvable = Pick<Stack, "identify"> & { resolve(last: Handler, context: Context): Handler };

/** Orders of middleware by a client's class, and by which middleware there is. */
const orders = new WeakMap<object, Map<string, readonly string[]>>();

const ENDPOINT = "endpointV2Middleware";

/**
 * Lets a client's calls go through the same middleware as before without putting it in order for each call, and without
 * working out the endpoint again where no operation's input has a say in it. The order is the SDK's: it is asked for it
 * once for all clients of a class.
 */
function cacheMiddlewareOrder(client: SdkClient): void {
  const stack = client.middlewareStack as unknown as Stack;
  const { concat } = stack;
  const known = orders.get(client.constructor) ?? new Map<string, readonly string[]>();
  orders.set(client.constructor, known);
  let own: Map<string, Middleware> | undefined;
  const endpoint = cachedEndpoint();
  stack.concat = (added) => {
    own ??= middlewareOf(stack);
    const ofCommand = middlewareOf(added);
    if (!own || !ofCommand) return concat(added);
    const names = [...own.keys(), "", ...ofCommand.keys()].join();
    const order = known.get(names) ?? orderOf(concat(added));
    known.set(names, order);
    const lastFirst = [...order].reverse().map((name) => {
      const middleware = ofCommand.get(name) ?? own!.get(name)!;
      return name === ENDPOINT ? endpoint(middleware) : middleware;
    });
    return {
      identify: () => concat(added).identify(),
      resolve: (last, context) => lastFirst.reduce((next, middleware) => middleware(next, context), last),
    };
  };
}

/** Middleware by its name; undefined where some has none, and could not be told from another. */
function middlewareOf(stack: Stack): Map<string, Middleware> | undefined {
  const named = new Map<string, Middleware>();
  let all = 0;
  const add = (middleware: Middleware, { name }: { name?: string }) => {
    all += 1;
    if (name) named.set(name, middleware);
  };
  stack.applyToStack({ add, addRelativeTo: add });
  return named.size === all ? named : undefined;
}

/** As `identify()` tells them: the name, other names in parentheses, and where it runs. */
const orderOf = (whole: Resolvable): string[] => whole.identify().map((line) => line.split(" ", 1)[0]!);

/** Parameters of an endpoint that are of the client, and the same for all of its calls. */
const OF_CLIENT = new Set(["builtInParams", "clientContextParams"]);

/** What a client's middleware for the endpoint found out once is kept, unless how the call is signed depends on it. */
function cachedEndpoint(): (middleware: Middleware) => Middleware {
  let cached: Endpoint | undefined;
  return (middleware) => (next, context) => {
    const command = context.__smithy_context.commandInstance.constructor;
    if (!Object.values(command.getEndpointParameterInstructions()).every(({ type }) => OF_CLIENT.has(type)))
      return middleware(next, context);
    return async (args) => {
      if (cached) {
        context.endpointV2 = cached;
        return next(args);
      }
      const found: Handler = async (args) => {
        if (!context.endpointV2?.properties?.authSchemes?.length) cached = context.endpointV2;
        return next(args);
      };
      return middleware(found, context)(args);
    };
  };
}
