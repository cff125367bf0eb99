import { pick, randomOf } from "../sandbox/random.ts";
import { AwsError, type Call, type Operation, type Service } from "../sandbox/service.ts";
import type { Changes } from "./changes.ts";

/** How a listing goes wrong after its first page. */
export const WRONG_PAGES = ["page token refused", "pages in a circle", "pages that overlap"] as const;

type Values = Record<string, unknown>;

/** How a listing has its pages. */
interface Paged {
  /** Member of the token, in request and answer. */
  token: string;
  list: string;
  /** Member by which a resource is known; a list of names has none. */
  name?: string;
  /** Member that says that there is more. */
  more?: string;
}

const LISTINGS: Readonly<Record<string, Paged>> = {
  DescribeDBInstances: { token: "Marker", list: "DBInstances", name: "DBInstanceArn" },
  DescribeDBSubnetGroups: { token: "Marker", list: "DBSubnetGroups", name: "DBSubnetGroupArn" },
  GetAccountAuthorizationDetails: { token: "Marker", list: "UserDetailList", name: "Arn", more: "IsTruncated" },
  ListClusters: { token: "nextToken", list: "clusterArns" },
  ListServices: { token: "nextToken", list: "serviceArns" },
};

/** Operations that name a resource, and what they say where it is not there. */
const NAMING: Readonly<
  Record<string, { nameOf: (input: Values, call: Call) => string; absent: [string, string, number] }>
> = {
  ListTagsForResource: {
    nameOf: ({ ResourceName }) => String(ResourceName),
    absent: ["DBSubnetGroupNotFoundFault", "DB subnet group not found", 404],
  },
  ListAccessKeys: { nameOf: userArn, absent: ["NoSuchEntity", "The user with that name cannot be found.", 404] },
  ListMFADevices: { nameOf: userArn, absent: ["NoSuchEntity", "The user with that name cannot be found.", 404] },
  ListServices: { nameOf: clusterArn, absent: ["ClusterNotFoundException", "Cluster not found.", 400] },
  DescribeServices: { nameOf: clusterArn, absent: ["ClusterNotFoundException", "Cluster not found.", 400] },
};

/** Operations that describe several, and say of each one that is not there that it is missing. */
const BATCHES: Readonly<Record<string, { list: string; name: string }>> = {
  DescribeClusters: { list: "clusters", name: "clusterArn" },
  DescribeServices: { list: "services", name: "serviceArn" },
};

function userArn({ UserName }: Values, { account }: Call): string {
  return `arn:aws:iam::${account}:user/${UserName}`;
}
function clusterArn({ cluster }: Values): string {
  return String(cluster);
}

/** What goes wrong with the listings of a run. */
export interface WrongListings {
  seed: number;
  /** Of all listings, how many have wrong pages. */
  share: number;
  changes: Changes;
  pageSize: number;
  /** Called for each answer in which something shows. */
  struck: (kind: string) => void;
}

/** The members' services over an estate that changes, and with listings whose pages go wrong. */
export function withWrongListings(
  services: ReadonlyMap<string, Service>,
  wrong: WrongListings,
): ReadonlyMap<string, Service> {
  const ofMember = (service: Service): Service => ({
    ...service,
    operations: Object.fromEntries(
      Object.entries(service.operations).map(([name, operation]) => [name, changed(name, operation, wrong)]),
    ),
  });
  return new Map(
    [...services].map(([name, service]) => [name, MEMBERS.has(name) ? ofMember(service) : service] as const),
  );
}

/** Services that are called in the members. */
const MEMBERS = new Set(["ec2", "ecs", "iam", "rds"]);

// biome-ignore lint/suspicious/noExplicitAny: as the services' operations are
type AnyOperation = Operation<any, any>;

function changed(name: string, operation: AnyOperation, wrong: WrongListings): AnyOperation {
  const { changes, struck } = wrong;
  const [paged, naming] = [LISTINGS[name], NAMING[name]];
  return {
    ...operation,
    run: (input: Values, call: Call) => {
      changes.called(call.account);
      if (naming && changes.standing(call.account, naming.nameOf(input, call)) === "absent") {
        struck(naming.nameOf === clusterArn ? "parent deleted" : "deleted while it is read");
        const [code, message, status] = naming.absent;
        throw new AwsError(code, message, status);
      }
      if (paged) return page({ name, paged, operation }, input, call, wrong);
      const answer = operation.run(input, call);
      return BATCHES[name] ? withoutAbsent(BATCHES[name], answer as Values, call, wrong) : answer;
    },
  };
}

function withoutAbsent(
  { list, name }: { list: string; name: string },
  answer: Values,
  { account }: Call,
  { changes, struck }: WrongListings,
): Values {
  const all = answer[list] as Values[];
  const there = all.filter((each) => changes.standing(account, String(each[name])) !== "absent");
  if (there.length < all.length) struck("deleted while it is read");
  const failures = all.flatMap((each) => (there.includes(each) ? [] : { arn: each[name], reason: "MISSING" }));
  return { ...answer, [list]: there, failures };
}

/** A page of a listing as it stands at this moment. */
function page(
  { name, paged, operation }: { name: string; paged: Paged; operation: AnyOperation },
  input: Values,
  call: Call,
  wrong: WrongListings,
): Values {
  const { token, list, more } = paged;
  const slots = slotsNow(wholeList(paged, operation, input, call), paged, call, wrong);
  const start = Number(input[token] ?? 0);
  const end = start + wrong.pageSize;
  const items = slots.slice(start, end).filter((each) => each !== undefined);
  const goesOn = end < slots.length ? end : undefined;
  const next = nextOf(name, call, { start, goesOn }, wrong);
  return {
    [list]: items,
    [token]: next === undefined ? undefined : String(next),
    ...(more ? { [more]: next !== undefined } : {}),
  };
}

function wholeList({ token, list }: Paged, operation: AnyOperation, input: Values, call: Call): unknown[] {
  const all: unknown[] = [];
  let at: unknown;
  do {
    const answer = operation.run({ ...input, [token]: at }, call) as Values;
    all.push(...(answer[list] as unknown[]));
    at = answer[token];
  } while (at !== undefined);
  return all;
}

/** What moved stands at the end; where it was, and what is gone was, nothing takes its place: tokens are positions. */
function slotsNow(all: readonly unknown[], { name }: Paged, { account }: Call, { changes, struck }: WrongListings) {
  const nameOf = (item: unknown) => String(name ? (item as Values)[name] : item);
  const standing = all.map((item) => changes.standing(account, nameOf(item)));
  if (standing.some((each) => each !== "there")) struck("estate that changes");
  const moved = all.filter((_item, n) => standing[n] === "moved");
  return [...all.map((item, n) => (standing[n] === "there" ? item : undefined)), ...moved];
}

/** Where the page says that the next one begins. */
function nextOf(
  name: string,
  { account, region }: Call,
  { start, goesOn }: { start: number; goesOn: number | undefined },
  { seed, share, pageSize, struck }: WrongListings,
): number | undefined {
  const random = randomOf(`${seed} ${account} ${region} ${name} pages`);
  if (!(random() < share)) return goesOn;
  const kind = pick(random, WRONG_PAGES);
  if (kind === "page token refused" && start > 0) {
    struck(kind);
    throw new AwsError("InvalidParameterValue", "The page token is not valid.");
  }
  if (kind === "pages in a circle" && start > 0) {
    struck(kind);
    return random() < 0.5 ? 0 : start;
  }
  if (kind === "pages that overlap" && goesOn !== undefined && pageSize > 1) {
    struck(kind);
    return goesOn - 1;
  }
  return goesOn;
}
