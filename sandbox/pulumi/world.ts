/** A resource as it stands in an account. */
export interface Standing {
  type: string;
  id: string;
  account: string;
  // biome-ignore lint/suspicious/noExplicitAny: each type of resource has its own inputs
  inputs: any;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  state: any;
}

/** What AWS tells two resources of a type apart by; a type that is not here is a setting, which is put over what stands. */
const NAMED: Readonly<Record<string, readonly string[]>> = {
  "aws:athena/workgroup:Workgroup": ["name"],
  "aws:cloudformation/stackSet:StackSet": ["name"],
  "aws:cloudwatch/eventRule:EventRule": ["name"],
  "aws:cloudwatch/logGroup:LogGroup": ["name"],
  "aws:glue/catalogDatabase:CatalogDatabase": ["name"],
  "aws:glue/catalogTable:CatalogTable": ["databaseName", "name"],
  "aws:iam/policy:Policy": ["name"],
  "aws:iam/role:Role": ["name"],
  "aws:lambda/function:Function": ["name"],
  "aws:s3/bucket:Bucket": ["bucket"],
  "aws:scheduler/schedule:Schedule": ["name"],
  "aws:ssm/parameter:Parameter": ["name"],
};
/** What stands in the accounts of a sandbox by the hands of Pulumi, and what AWS refuses for its sake. */
export class World {
  constructor(private readonly standing: Standing[] = []) {}

  /** The whole, to go on with. */
  all(): readonly Standing[] {
    return this.standing;
  }

  find(type: string, account: string, id: string): Standing | undefined {
    return this.standing.find((each) => each.type === type && each.account === account && each.id === id);
  }

  /** @throws Error as AWS has it, where a resource of that name stands */
  refuseStanding({ type, account, inputs }: Pick<Standing, "type" | "account" | "inputs">): void {
    const by = NAMED[type];
    if (!by || by.some((input) => inputs[input] === undefined)) return;
    const isSame = (each: Standing) => by.every((input) => each.inputs[input] === inputs[input]);
    // The names of buckets are told apart in all accounts together.
    const isNear = (each: Standing) => each.account === account || type.startsWith("aws:s3/");
    if (this.standing.some((each) => each.type === type && isNear(each) && isSame(each)))
      throw new Error(`AlreadyExists: ${type.split(":").at(-1)} ${by.map((input) => inputs[input]).join("/")}`);
  }

  put(resource: Standing): void {
    this.drop(resource);
    this.standing.push(resource);
  }

  drop({ type, account, id }: Pick<Standing, "type" | "account" | "id">): void {
    const at = this.standing.findIndex((each) => each.type === type && each.account === account && each.id === id);
    if (at >= 0) this.standing.splice(at, 1);
  }
}
