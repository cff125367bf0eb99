const PARTITION = "aws(-[a-z]+)*";
const REGION = "[a-z]{2,4}(-[a-z]+)+-\\d";

/** The ARN of a regional service's resource, whose part after the account matches. */
export const regionalArn = (service: string, resource: RegExp): RegExp =>
  new RegExp(`^arn:${PARTITION}:${service}:${REGION}:\\d{12}:${resource.source}$`);

/** The ARN of a resource of IAM; an account may stand as `aws`, as in AWS's own policies. */
export const iamArn = (resource: RegExp, account = "\\d{12}"): RegExp =>
  new RegExp(`^arn:${PARTITION}:iam::${account}:${resource.source}$`);
