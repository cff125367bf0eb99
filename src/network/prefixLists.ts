import { type AddressSet, addressesOf, NO_ADDRESS, union } from "./addresses.ts";
import { anyOf, exactly, notKnown, onlyNamed, type Reach } from "./reach.ts";

/** A prefix list as far as it was read. */
export interface PrefixList {
  /** `com.amazonaws.eu-central-1.s3` where it is AWS's own. */
  name?: string | null;
  /** An account, or `AWS`. */
  owner?: string | null;
  /** CIDR blocks; undefined where they were not read. */
  entries?: readonly string[];
}

/** What is known of prefix lists, by id. */
export type PrefixLists = ReadonlyMap<string, PrefixList>;

/**
 * Lists that AWS keeps: addresses of its own services, which are not everybody.
 * @see https://docs.aws.amazon.com/vpc/latest/userguide/working-with-aws-managed-prefix-lists.html
 */
const OF_AWS =
  /^com\.amazonaws\.(?:global|[a-z]{2,4}(?:-[a-z]+)+-\d+)\.(?:ipv6\.)?(s3|s3express|dynamodb|cloudfront\.origin-facing|groundstation|route53-healthchecks|vpc-lattice|ec2-instance-connect)$/;

/** Who a rule that names a prefix list is about; a list that was not read is not known. */
export function reachOfList(id: string, lists: PrefixLists): Reach {
  const list = lists.get(id);
  if (!list?.entries) {
    const service = list?.owner && list.owner !== "AWS" ? undefined : OF_AWS.exec(list?.name ?? "")?.[1];
    return service ? onlyNamed(`AWS: ${service}`) : notKnown(`prefix list ${id} was not read`);
  }
  const parts = list.entries.map((entry): Reach => {
    const addresses = addressesOf(entry);
    return addresses ? exactly(addresses) : notKnown(`prefix list ${id} has an entry that is no address range`);
  });
  return parts.length ? anyOf(parts) : exactly(NO_ADDRESS);
}

/** The addresses that a list certainly has, and those that it may have. */
export function addressesOfList(id: string, lists: PrefixLists): { certain: AddressSet; possible: AddressSet } {
  const { certain, possible } = reachOfList(id, lists);
  return { certain, possible: union(certain, possible) };
}
