/** Template of the ARN of what EC2's API lists without one; `id` is the member that names it. */
export const ec2Arn = <Kind extends string, Id extends string>(kind: Kind, id: Id) =>
  `arn:{partition}:ec2:{region}:{account}:${kind}/{${id}}` as const;
