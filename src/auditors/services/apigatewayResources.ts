/**
 * What IAM asks for a call of API Gateway: it knows them by their HTTP verbs, and tells them apart by their paths. On
 * every path the verb would open `/apikeys?includeValues=true` and a usage plan's `/keys`, which answer with the keys
 * themselves; no condition key keeps the values apart, so keys are not read at all.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-iam-policy-examples.html
 */
export const gets = (...paths: string[]) => ({
  action: "apigateway:GET",
  resources: paths.map((path) => `arn:*:apigateway:*::${path}`),
});
