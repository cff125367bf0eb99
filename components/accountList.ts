import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

/** Characters a standard parameter's value may have; about 315 account ids. */
const VALUE_LIMIT = 4096;

/** Cuts account ids into values that each fit a standard parameter. */
export function parameterValues(ids: readonly string[]): string[] {
  const values: string[] = [];
  for (const id of ids) {
    const last = values.at(-1);
    if (last !== undefined && last.length + 1 + id.length <= VALUE_LIMIT) values[values.length - 1] = `${last},${id}`;
    else values.push(id);
  }
  return values;
}

/** The account ids in Parameter Store: one StringList, or several below its name as a path when they do not fit one. */
export class AccountList extends pulumi.ComponentResource {
  readonly name: pulumi.Output<string>;
  /** Covers the parameters below the path too. */
  readonly arn: pulumi.Output<string>;

  constructor(name: string, args: { name: string; ids: readonly string[] }, opts?: pulumi.ComponentResourceOptions) {
    super("audit-ecosystem:index:AccountList", name, {}, opts);
    const child = { parent: this };
    const values = parameterValues(args.ids);
    const description = "Member accounts of the audit, comma-separated";
    const parameters = values.map((value, index) => {
      const path = values.length === 1 ? args.name : `${args.name}/${String(index).padStart(3, "0")}`;
      const suffix = values.length === 1 ? "" : `-${index}`;
      return new aws.ssm.Parameter(`${name}${suffix}`, { name: path, type: "StringList", value, description }, child);
    });
    this.name = pulumi.output(args.name);
    // GetParametersByPath is authorized on the path itself, so the ARN of the name serves both forms.
    this.arn = parameters[0]!.arn.apply((arn) => (values.length === 1 ? arn : arn.replace(/\/\d{3}$/, "")));
    this.registerOutputs({ name: this.name, arn: this.arn });
  }
}
