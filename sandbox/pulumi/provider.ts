import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import { call, make } from "../deploy/program.ts";
import type { Target } from "../deploy/provider.ts";
import { remove } from "../deploy/removers.ts";
import { replacing } from "../deploy/replacing.ts";
import { Empty, pb, type Rpc, Struct, serve } from "./grpc.ts";
import type { World } from "./world.ts";

/** Where a provider makes resources. */
export interface ProviderArgs {
  world: World;
  /** Clients of an account and region of the sandbox. */
  target: (account: string, region: string) => Target;
  /** The account that a caller's credentials belong to. */
  accountOf: (profile: string | undefined) => string;
  /** What it says it is: the version that the program's SDK expects. */
  version: string;
  /** Tells of each change that was made to the world. */
  changed?: () => void;
}

/** Marks a secret, and in place of a value that is not known yet. @see pulumi/proto/pulumi/provider.proto */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
/** Outputs that are AWS's to say. */
const NOT_YET_KNOWN = Object.fromEntries(
  ["arn", "bucket", "keyId", "name", "result", "targetKeyArn", "url"].map((output) => [output, UNKNOWN]),
);
const isUnknown = (value: unknown): boolean => JSON.stringify(value)?.includes(UNKNOWN) ?? false;

/** What is drawn as a secret. */
const SECRET_OUTPUTS: Readonly<Record<string, readonly string[]>> = {
  "random:index/randomPassword:RandomPassword": ["result"],
};

/** Names that the provider makes up where the program gives none: of the resource's, and so that they stay. */
const AUTONAMED: Readonly<Record<string, string>> = {
  "aws:s3/bucket:Bucket": "bucket",
  "aws:iam/policy:Policy": "name",
  "aws:iam/rolePolicy:RolePolicy": "name",
};

const struct = (value: object): Rpc => Struct.fromJavaScript(value);
// biome-ignore lint/suspicious/noExplicitAny: each type of resource has its own inputs
const plain = (message: Rpc): any => message?.toJavaScript() ?? {};
const typeAndName = (urn: string) => {
  const [, , types = "", name = ""] = urn.split("::");
  return { type: types.split("$").at(-1)!, name };
};

type ProviderMethods = Parameters<typeof serve>[1];

/** A provider of `aws` or `random` that makes resources in the sandbox, and refuses what AWS refuses. */
export function serveProvider(args: ProviderArgs) {
  const callers = callersOf(args);
  return serve(pb.provider.ResourceProviderService, {
    ...plugin(args.version),
    ...configuration(callers),
    ...planning,
    ...making(args, callers),
  });
}

/** Whom a caller's configuration says that it is, and where. */
interface Callers {
  configure: (caller: string, config: { profile?: string; region?: string; assumeRoles?: unknown }) => void;
  account: (caller: string) => string;
  /** Clients of the caller's account, in the region of the inputs or of the caller; what is of no region has one of its own. */
  target: (caller: string, inputs: { region?: string }, type?: string) => Target;
}

function callersOf({ accountOf, target }: ProviderArgs): Callers {
  const callers = new Map<string, { account: string; region: string | undefined }>();
  const find = (caller: string) => callers.get(caller) ?? { account: accountOf(undefined), region: undefined };
  return {
    configure: (caller, { profile, region, assumeRoles }) => {
      const account = assumed(assumeRoles) ?? accountOf(profile);
      callers.set(caller, { account, region: region ?? process.env.AWS_REGION });
    },
    account: (caller) => find(caller).account,
    target: (caller, inputs, type = "") => {
      const { account, region } = find(caller);
      const chosen = type.startsWith("random:") ? NOWHERE : (inputs.region ?? region);
      if (!chosen) throw new Error("Missing region configuration: pulumi config set aws:region <region>");
      return target(account, chosen);
    },
  };
}

/** What the engine asks of any plugin. */
const plugin = (version: string): ProviderMethods => ({
  handshake: () => {
    const response = new pb.provider.ProviderHandshakeResponse();
    response.setAcceptSecrets(false);
    return response;
  },
  attach: () => new Empty(),
  cancel: () => new Empty(),
  getPluginInfo: () => {
    const info = new pb.plugin.PluginInfo();
    info.setVersion(version);
    return info;
  },
});

/** The provider's own configuration, and functions like `aws.getCallerIdentity`. */
const configuration = (callers: Callers): ProviderMethods => ({
  checkConfig: (request) => {
    const response = new pb.provider.CheckResponse();
    response.setInputs(request.getNews());
    return response;
  },
  diffConfig: () => new pb.provider.DiffResponse(),
  configure: (request, caller) => {
    callers.configure(caller, plain(request.getArgs()));
    const response = new pb.provider.ConfigureResponse();
    response.setAcceptsecrets(false);
    response.setSupportspreview(false);
    return response;
  },
  invoke: async (request, caller) => {
    const inputs = plain(request.getArgs());
    const response = new pb.provider.InvokeResponse();
    response.setReturn(struct(await call(request.getTok(), inputs, callers.target(caller, inputs))));
    return response;
  },
});

/** Previews: which inputs a resource gets, and what of it would change. */
const planning: ProviderMethods = {
  check: (request) => {
    const { type, name } = typeAndName(request.getUrn());
    const [olds, news] = [plain(request.getOlds()), plain(request.getNews())];
    const own = AUTONAMED[type];
    if (own && news[own] === undefined) news[own] = olds[own] ?? autoname(name, request.getRandomseed_asU8());
    const response = new pb.provider.CheckResponse();
    response.setInputs(struct(news));
    return response;
  },
  diff: (request) => {
    const { type } = typeAndName(request.getUrn());
    const [olds, news] = [plain(request.getOldInputs()), plain(request.getNews())];
    const differing = differences(olds, news);
    const response = new pb.provider.DiffResponse();
    const { DIFF_SOME, DIFF_NONE } = pb.provider.DiffResponse.DiffChanges;
    response.setChanges(differing.length ? DIFF_SOME : DIFF_NONE);
    response.setDiffsList(differing);
    const replaces = replacing(type).filter((input) => differing.includes(input));
    response.setReplacesList(replaces);
    // What has a name of the program's own goes before the next of that name comes.
    response.setDeletebeforereplace(replaces.length > 0 && !replaces.some((input) => NAMES.includes(input)));
    return response;
  },
};

/** Makes, finds, changes and removes resources. */
const making = (args: ProviderArgs, callers: Callers): ProviderMethods => ({
  create: async (request, caller) => {
    const { type } = typeAndName(request.getUrn());
    const inputs = plain(request.getProperties());
    const response = new pb.provider.CreateResponse();
    if (request.getPreview()) {
      response.setProperties(struct({ ...NOT_YET_KNOWN, ...inputs }));
      return response;
    }
    args.world.refuseStanding({ type, account: callers.account(caller), inputs });
    const { id, state } = await put(args, callers, caller, {
      urn: request.getUrn(),
      properties: request.getProperties(),
    });
    response.setId(id);
    response.setProperties(struct(state));
    return response;
  },
  read: (request, caller) => {
    const { type } = typeAndName(request.getUrn());
    const standing = args.world.find(type, callers.account(caller), request.getId());
    const response = new pb.provider.ReadResponse();
    if (!standing) return response;
    response.setId(standing.id);
    response.setInputs(struct(standing.inputs));
    response.setProperties(struct(standing.state));
    return response;
  },
  update: async (request, caller) => {
    const response = new pb.provider.UpdateResponse();
    if (request.getPreview()) {
      response.setProperties(struct({ ...plain(request.getOlds()), ...plain(request.getNews()) }));
      return response;
    }
    const { state } = await put(args, callers, caller, {
      urn: request.getUrn(),
      properties: request.getNews(),
      id: request.getId(),
    });
    response.setProperties(struct(state));
    return response;
  },
  delete: async (request, caller) => {
    const { type, name } = typeAndName(request.getUrn());
    const [inputs, id] = [plain(request.getOldInputs()), request.getId()];
    await remove(type, { id, inputs, name }, callers.target(caller, inputs, type));
    args.world.drop({ type, account: callers.account(caller), id });
    args.changed?.();
    return new Empty();
  },
});

/** Makes a resource of an account, or makes it anew, and writes it into the world. */
async function put(
  args: ProviderArgs,
  callers: Callers,
  caller: string,
  { urn, properties, id: recorded }: { urn: string; properties: Rpc; id?: string },
) {
  const { type, name } = typeAndName(urn);
  const inputs = plain(properties);
  const to = callers.target(caller, inputs, type);
  const { id, state = {} } = await make(type, name, pulumi.runtime.deserializeProperties(properties), to, {
    id: recorded,
  });
  const secret = SECRET_OUTPUTS[type] ?? [];
  const outputs = Object.entries({ ...inputs, ...state }).map(([key, value]) => [
    key,
    secret.includes(key) ? { [SIGNATURE]: SECRET, value } : value,
  ]);
  const standing = { type, id, account: to.account, inputs, state: Object.fromEntries(outputs) };
  args.world.put(standing);
  args.changed?.();
  return standing;
}

/** The account of the role that a provider is told to take, the last of several. */
function assumed(assumeRoles: unknown): string | undefined {
  // The engine hands a provider what is no text over as JSON.
  const roles = typeof assumeRoles === "string" ? JSON.parse(assumeRoles) : assumeRoles;
  return /^arn:[\w-]+:iam::(\d{12}):role\//.exec(roles?.at(-1)?.roleArn ?? "")?.[1];
}

/** Region of what is of no region. */
const NOWHERE = "us-east-1";

/** Inputs of which a new value can stand beside the old one. */
const NAMES = ["name", "bucket", "dashboardName"];

const autoname = (name: string, seed: Uint8Array): string =>
  `${name}-${createHash("sha256").update(seed).digest("hex").slice(0, 7)}`;

/** Inputs that are others; of a file it counts what is in it. */
function differences(olds: Record<string, unknown>, news: Record<string, unknown>): string[] {
  const keys = [...new Set([...Object.keys(olds), ...Object.keys(news)])].filter((key) => !key.startsWith("__"));
  return keys.filter((key) => isUnknown(news[key]) || !isDeepStrictEqual(counted(olds[key]), counted(news[key])));
}

const counted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(counted);
  if (!value || typeof value !== "object") return value;
  const entries = Object.entries(value).filter(([key]) => !("hash" in value && (key === "path" || key === "text")));
  return Object.fromEntries(entries.map(([key, each]) => [key, counted(each)]));
};
