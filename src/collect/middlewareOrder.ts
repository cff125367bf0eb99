import type { SdkClient } from "../auditors/collector.ts";

type Handler = (args: object) => Promise<unknown>;
/** What a call goes through, one after the other: each step gets the next one, and what is known of the call. */
type Step = (next: Handler, context: Context) => Handler;

/** What the SDK's steps know of a call, as far as it is of interest here. */
interface Context {
  __smithy_context: { commandInstance: { constructor: Asked } };
  endpointV2?: Endpoint;
}

interface Endpoint {
  properties?: { authSchemes?: readonly unknown[] };
}

/** A command's class: what decides about the endpoint, by parameter. */
interface Asked {
  getEndpointParameterInstructions(): Record<string, { type: string }>;
}

interface Placed {
  name?: string;
}

/** What a client or a command has its steps in. */
interface Stack {
  applyToStack(to: { add(step: Step, at: Placed): void; addRelativeTo(step: Step, at: Placed): void }): void;
  identify(): string[];
  concat(added: Stack): Resolvable;
}
type Resolvable = Pick<Stack, "identify"> & { resolve(last: Handler, context: Context): Handler };

/** Orders of steps by a client's class, and by which steps there are. */
const orders = new WeakMap<object, Map<string, readonly string[]>>();

const ENDPOINT = "endpointV2Middleware";

/**
 * Lets a client's calls go through the same steps as before without putting them in order for each call, and without
 * working out the endpoint again where no operation's input has a say in it. The order is the SDK's: it is asked for it
 * once for all clients of a class.
 */
export function cacheMiddlewareOrder(client: SdkClient): void {
  const stack = client.middlewareStack as unknown as Stack;
  const { concat } = stack;
  const known = orders.get(client.constructor) ?? new Map<string, readonly string[]>();
  orders.set(client.constructor, known);
  let own: Map<string, Step> | undefined;
  const endpoint = endpointOnce();
  stack.concat = (added) => {
    own ??= stepsOf(stack);
    const steps = stepsOf(added);
    if (!own || !steps) return concat(added);
    const which = [...own.keys(), "", ...steps.keys()].join();
    const order = known.get(which) ?? orderOf(concat(added));
    known.set(which, order);
    const its = [...order].reverse().map((name) => {
      const step = steps.get(name) ?? own!.get(name)!;
      return name === ENDPOINT ? endpoint(step) : step;
    });
    return {
      identify: () => concat(added).identify(),
      resolve: (last, context) => its.reduce((next, step) => step(next, context), last),
    };
  };
}

/** Steps by their names; undefined where one has none, and could not be told from another. */
function stepsOf(stack: Stack): Map<string, Step> | undefined {
  const steps = new Map<string, Step>();
  let all = 0;
  const add = (step: Step, { name }: Placed) => {
    all += 1;
    if (name) steps.set(name, step);
  };
  stack.applyToStack({ add, addRelativeTo: add });
  return steps.size === all ? steps : undefined;
}

/** As `identify()` tells them: the name, other names in parentheses, and where the step is. */
const orderOf = (whole: Resolvable): string[] => whole.identify().map((step) => step.split(" ", 1)[0]!);

/** Parameters of an endpoint that are of the client, and the same for all of its calls. */
const OF_CLIENT = new Set(["builtInParams", "clientContextParams"]);

/** What a client's step for the endpoint found out once is kept, unless how the call is signed depends on it. */
function endpointOnce(): (step: Step) => Step {
  let kept: Endpoint | undefined;
  return (step) => (next, context) => {
    const asked = context.__smithy_context.commandInstance.constructor;
    if (!Object.values(asked.getEndpointParameterInstructions()).every(({ type }) => OF_CLIENT.has(type)))
      return step(next, context);
    return async (args) => {
      if (kept) {
        context.endpointV2 = kept;
        return next(args);
      }
      const found: Handler = async (args) => {
        if (!context.endpointV2?.properties?.authSchemes?.length) kept = context.endpointV2;
        return next(args);
      };
      return step(found, context)(args);
    };
  };
}
