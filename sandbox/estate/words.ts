import { createHash } from "node:crypto";
import { pick } from "../random.ts";
import { homesOf } from "./regions.ts";

/** Where a value of the estate stands: it and the name of its member decide it. */
export interface Scope {
  seed: number;
  account: string;
  region: string;
  /** The service, for ARNs. */
  service: string;
  /** In [0, 1); the scope's own. */
  random: () => number;
  /** Which of its kind the resource is: what it hangs together with follows from that. */
  index: number;
  /** The kind of the resource, as its names start: `volume`. */
  kind: string;
}

/** How many of a kind a home region has: what refers to one refers to one of these. */
const COUNTS: Record<string, number> = { vpc: 2, subnet: 4, sg: 4, i: 4, vol: 5, eni: 5, key: 3, detector: 1 };
export const countOf = (kind: string): number | undefined => COUNTS[kind];

const hex = (text: string, length: number): string => createHash("sha256").update(text).digest("hex").slice(0, length);

type Region = Pick<Scope, "seed" | "account" | "region">;

/** EC2's kind of id for the n-th of a kind in a region. */
export const ec2Id = ({ seed, account, region }: Region, kind: string, n: number): string =>
  `${kind}-0${hex(`${seed} ${account} ${region} ${kind} ${n}`, 16)}`;

const uuid = (text: string): string => hex(text, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");

/** The n-th of an account's keys in a region: there are three. */
export const kmsKey = (scope: Region, n: number): string =>
  `arn:aws:kms:${scope.region}:${scope.account}:key/${uuid(`${scope.seed} ${scope.account} ${scope.region} key ${n}`)}`;

const kmsKeyOf = (of: Scope): string =>
  kmsKey(of, of.kind === "key" ? of.index : Math.floor(of.random() * COUNTS.key!));

/** The n-th that goes with a resource: the same one for all that it says of it. */
const companion = (scope: Scope, kind: string): number =>
  scope.kind === kind ? scope.index : scope.index % (COUNTS[kind] ?? 1);

/** Subnets and groups are spread over the VPCs in turn, so that a resource's own are in its VPC. */
const inVpc = (scope: Scope, kind: "subnet" | "sg"): number => {
  if (scope.kind === kind) return scope.index;
  const vpc = companion(scope, "vpc");
  return vpc + COUNTS.vpc! * Math.floor(scope.random() * (COUNTS[kind]! / COUNTS.vpc!));
};

/** Kinds whose EC2 id starts with something else than their name. */
const PREFIXES: Record<string, string> = {
  instance: "i",
  volume: "vol",
  snapshot: "snap",
  image: "ami",
  securitygroup: "sg",
  group: "sg",
  networkinterface: "eni",
  internetgateway: "igw",
  natgateway: "nat",
  routetable: "rtb",
  networkacl: "acl",
  allocation: "eipalloc",
  association: "eipassoc",
  vpcendpoint: "vpce",
  vpcpeeringconnection: "pcx",
  flowlog: "fl",
  launchtemplate: "lt",
  keypair: "key",
  transitgateway: "tgw",
  dhcpoptions: "dopt",
  customergateway: "cgw",
  vpngateway: "vgw",
  vpnconnection: "vpn",
  filesystem: "fs",
};

const TEAMS = ["payments", "platform", "data", "web"];
const WORDS = ["orders", "billing", "search", "portal", "reports", "ledger", "images", "events"];

/** What tells names of one kind apart and ties them to their account. */
export const nameOf = (scope: Scope): string =>
  `${WORDS[(scope.index + scope.kind.length) % WORDS.length]}-${scope.index}`;

export const tagsOf = ({ random }: Scope): Record<string, string> =>
  random() < 0.3 ? {} : { team: pick(random, TEAMS), env: pick(random, ["prod", "test"]) };

const policy = (scope: Scope, resource: string): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "Access",
        Effect: "Allow",
        // One in seven is open to everybody: controls need something to find.
        Principal: scope.random() < 0.15 ? "*" : { AWS: `arn:aws:iam::${scope.account}:root` },
        Action: `${scope.service}:*`,
        Resource: resource,
      },
    ],
  });

const bucket = (scope: Scope): string => `company-logs-${hex(`${scope.seed} ${scope.account}`, 6)}`;
const date = ({ random }: Scope): Date =>
  new Date(Date.UTC(2023, Math.floor(random() * 40), 1 + Math.floor(random() * 27), Math.floor(random() * 24)));

type Word = (scope: Scope, member: string) => unknown;
/** Members by what their names say; the first that fits speaks. Strings only: other types are left to their schema. */
const STRINGS: [RegExp, Word][] = [
  [
    /^policyid$/i,
    (p) => (p.service === "fms" ? uuid(`${p.seed} ${p.account} policy ${p.index}`) : ec2Id(p, "policy", p.index)),
  ],
  [
    /^(user|group)id$/i,
    (p, member) =>
      p.service === "identitystore"
        ? uuid(`${p.seed} ${p.account} ${member} ${p.index}`)
        : /^user/i.test(member)
          ? p.account
          : ec2Id(p, "sg", inVpc(p, "sg")),
  ],
  [
    /^(account|accountid|owneraccount|owner|ownerid|requesterid|recipientaccountid|awsaccountid|catalogid|registryid)$/i,
    (p) => p.account,
  ],
  [/^(region|regionname|homeregion|awsregion|bucketregion|locationconstraint)$/i, (p) => p.region],
  [/^availabilityzone$/i, (p) => `${p.region}${pick(p.random, ["a", "b", "c"])}`],
  [/^availabilityzoneid$/i, (p) => `${hex(p.region, 4)}-az1`],
  [/kms.*(key)?(id|arn)?$|^(encryptionkey|keyarn|masterkeyid|customermasterkeyid|targetkeyid)$/i, kmsKeyOf],
  [/^keyid$/i, (p) => kmsKeyOf(p).split("/").at(-1)],
  [/^vpcid$/i, (p) => ec2Id(p, "vpc", companion(p, "vpc"))],
  [/^subnet(id|identifier|s|ids)?$|subnetids?$/i, (p) => ec2Id(p, "subnet", inVpc(p, "subnet"))],
  [/security_?groups?(id|identifier|ids)?$/i, (p) => ec2Id(p, "sg", inVpc(p, "sg"))],
  [/^instanceids?$/i, (p) => ec2Id(p, "i", companion(p, "i"))],
  [/^volumeid$/i, (p) => ec2Id(p, "vol", companion(p, "vol"))],
  [/^networkinterfaceid$/i, (p) => ec2Id(p, "eni", companion(p, "eni"))],
  [
    /(role|rolearn|executionrole|servicerole|iamrole|instancerole)$/i,
    (p) => `arn:aws:iam::${p.account}:role/${pick(p.random, ["app", "jobs"])}`,
  ],
  [/^(roletoassume|principal)$/i, (p) => `arn:aws:iam::${p.account}:root`],
  [/instanceprofile(arn)?$/i, (p) => `arn:aws:iam::${p.account}:instance-profile/app`],
  [/(sns)?topic(arn)?$/i, (p) => `arn:aws:sns:${p.region}:${p.account}:${nameOf({ ...p, kind: "topic" })}`],
  [/loggroup(arn)$/i, (p) => `arn:aws:logs:${p.region}:${p.account}:log-group:/company/${nameOf(p)}`],
  [/loggroup(name)?$/i, (p) => `/company/${nameOf(p)}`],
  [/^consumerarn$/i, (p) => `arn:aws:kinesis:${p.region}:${p.account}:stream/${nameOf(p)}/consumer/${nameOf(p)}:1`],
  [/^(lambda)?function(arn)$/i, (p) => `arn:aws:lambda:${p.region}:${p.account}:function:${nameOf(p)}`],
  [
    /certificatearn$/i,
    (p) =>
      `arn:aws:acm:${p.region}:${p.account}:certificate/${uuid(`${p.account} ${p.region} certificate ${p.index}`)}`,
  ],
  [/(bucket|s3bucket)(name)?$/i, bucket],
  [/policy(document|text|json)?$|^document$|^rules?document$/i, (p) => policy(p, "*")],
  [/ipv6.*cidr/i, () => "2001:db8::/56"],
  [
    /^(cidrip|cidr|cidrblock|sourcecidr|destinationcidrblock|vpccidr)$/i,
    (p, member) =>
      /^cidrip$|destination/i.test(member) && p.random() < 0.25 ? "0.0.0.0/0" : `10.${p.index % 200}.0.0/16`,
  ],
  [/publicip|^eip$|elasticip/i, (p) => `198.51.100.${1 + (p.index % 250)}`],
  [/ip(address|v4)?$/i, (p) => `10.${p.index % 200}.0.${4 + Math.floor(p.random() * 250)}`],
  [/email/i, (p) => `${pick(p.random, TEAMS)}@example.com`],
  [/phone/i, () => "+15555550100"],
  [/^queueurls?$/i, (p) => `https://sqs.${p.region}.amazonaws.com/${p.account}/${nameOf(p)}`],
  [/(url|uri)$/i, (p) => `https://${nameOf(p)}.example.com/`],
  [/(dnsname|domainname|domain|hostname|host|fqdn|endpoint|address)$/i, (p) => `${nameOf(p)}.example.com`],
  [/^(eventpattern|definition|template|templatebody|schema|buildspec|specification)$/i, () => "{}"],
  [/json$|^pattern$/i, () => "{}"],
  [/cron|schedule(expression)?$/i, () => "rate(1 day)"],
  [/version$/i, (p) => `${1 + Math.floor(p.random() * 3)}.${Math.floor(p.random() * 9)}`],
  [/^(state|status|lifecyclestate)$|status$|state$/i, () => "ACTIVE"],
  [/engine$/i, (p) => pick(p.random, ["postgres", "mysql"])],
  [/protocol$/i, (p) => pick(p.random, ["HTTPS", "HTTP", "tcp"])],
  [/description|comment|reason|message$/i, (p) => `The ${p.kind} of the ${pick(p.random, TEAMS)} team`],
  [/(date|time|createdat|updatedat|timestamp)$/i, (p) => date(p).toISOString()],
  [/fingerprint|checksum|digest|hash|etag|sha256/i, (p) => hex(`${p.random()}`, 32)],
  [
    /arn$/i,
    (p, member) =>
      `arn:aws:${p.service}:${p.region}:${p.account}:${kebab(member.replace(/arn$/i, "")) || p.kind}/${nameOf(p)}`,
  ],
  [
    /arns$/i,
    (p, member) =>
      `arn:aws:${p.service}:${p.region}:${p.account}:${kebab(member.replace(/arns$/i, "")) || p.kind}/${nameOf(p)}`,
  ],
  [/uuid$/i, (p) => uuid(`${p.account} ${p.region} ${p.kind} ${p.index}`)],
  [
    /ids?$/i,
    (p, member) => {
      const kind = member.replace(/ids?$/i, "").toLowerCase();
      return ec2Id(p, PREFIXES[kind] ?? (kind || p.kind), p.index);
    },
  ],
  [/names?$|identifiers?$/i, (p) => nameOf(p)],
  [/tags?$/i, (p) => pick(p.random, TEAMS)],
];

export const kebab = (name: string): string =>
  name
    .replace(/([a-z0-9])([A-Z])/g, "$1-$2")
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1-$2")
    .toLowerCase();

/** A member that is a text. */
export const stringOf = (scope: Scope, member: string): string =>
  String(STRINGS.find(([name]) => name.test(member))?.[1](scope, member) ?? `${kebab(member)}-${scope.index}`);

/** Names that say something bad when they are true, or something good: a few of each, so that controls find something. */
const MOSTLY_TRUE =
  /encrypt|enabled?$|protection|logging|validation|private|blockpublic|restrict|ignorepublic|automatic|versioning|rotation/i;
const SELDOM_TRUE = /public|insecure|wildcard|anonymous|deleted|default|disable/i;
export const booleanOf = ({ random }: Scope, member: string): boolean =>
  random() < (SELDOM_TRUE.test(member) ? 0.15 : MOSTLY_TRUE.test(member) ? 0.8 : 0.5);

const NUMBERS: [RegExp, (scope: Scope) => number][] = [
  [/port/i, ({ random }) => pick(random, [22, 80, 443, 3389, 5432])],
  [/days?$|retention/i, ({ random }) => pick(random, [1, 7, 30, 90, 365])],
  [/year/i, () => 1],
  [/(size|storage|memory|capacity)/i, ({ random }) => pick(random, [20, 100, 128, 512])],
  [/(timeout|seconds|interval|duration|age)/i, ({ random }) => pick(random, [30, 300, 3600])],
  [/count$|number/i, ({ random }) => Math.floor(random() * 5)],
];
export const numberOf = (scope: Scope, member: string): number =>
  NUMBERS.find(([name]) => name.test(member))?.[1](scope) ?? Math.floor(scope.random() * 10);

export const dateOf = date;

/** Where an account has resources of its own; elsewhere it has what AWS puts into every region. */
export const isHome = (seed: number, account: string, region: string): boolean =>
  homesOf(seed, account).includes(region);
