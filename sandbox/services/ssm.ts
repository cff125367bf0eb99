import * as sdk from "@aws-sdk/client-ssm";
import { AwsError, type Call, type Service } from "../service.ts";

const arnOf = ({ region, account }: Call, name: string | undefined) =>
  `arn:aws:ssm:${region}:${account}:parameter/${(name ?? "").replace(/^\//, "")}`;

/** Parameters: readable by the one name, or below a path. */
export const ssm: Service = {
  signingName: "ssm",
  iamPrefix: "ssm",
  protocol: "json",
  regional: true,
  sdk: { ...sdk },
  operations: {
    PutParameter: {
      permissions: ({ Name }: sdk.PutParameterRequest, call) => [
        { action: "ssm:PutParameter", resource: arnOf(call, Name) },
      ],
      run: (input: sdk.PutParameterRequest, call): sdk.PutParameterResult => {
        const ARN = arnOf(call, input.Name);
        const standing = call.state.parameters.get(ARN);
        if (standing && !input.Overwrite)
          throw new AwsError(
            "ParameterAlreadyExists",
            "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.",
          );
        const Value = input.Value ?? "";
        if (Value.length > (input.Tier === "Advanced" ? 8192 : 4096))
          throw new AwsError(
            "ValidationException",
            "Standard tier parameters support a maximum parameter value of 4096 characters.",
          );
        const Version = (standing?.Version ?? 0) + 1;
        call.state.parameters.set(ARN, {
          Name: input.Name ?? "",
          Type: input.Type ?? "String",
          Value,
          Version,
          ARN,
          LastModifiedDate: new Date(call.now()),
        });
        return { Version, Tier: "Standard" };
      },
    },
    DescribeParameters: {
      run: ({ ParameterFilters = [] }: sdk.DescribeParametersRequest, call): sdk.DescribeParametersResult => {
        const [other] = ParameterFilters.filter(({ Key, Option }) => Key !== "Name" || Option !== "Equals");
        if (other) throw new AwsError("InvalidFilterKey", `the sandbox does not know the filter ${other.Key}`);
        const own = arnOf(call, "");
        return {
          Parameters: [...call.state.parameters.values()]
            .filter(
              ({ ARN, Name }) => ARN.startsWith(own) && ParameterFilters.every(({ Values }) => Values?.includes(Name)),
            )
            .map(({ Value: _secret, ...metadata }) => metadata),
        };
      },
    },
    GetParameter: {
      permissions: ({ Name }: sdk.GetParameterRequest, call) => [
        { action: "ssm:GetParameter", resource: arnOf(call, Name) },
      ],
      run: ({ Name }: sdk.GetParameterRequest, call): sdk.GetParameterResult => {
        const Parameter = call.state.parameters.get(arnOf(call, Name));
        if (!Parameter) throw new AwsError("ParameterNotFound", `Parameter ${Name} not found.`);
        return { Parameter };
      },
    },
    GetParametersByPath: {
      permissions: ({ Path }: sdk.GetParametersByPathRequest, call) => [
        { action: "ssm:GetParametersByPath", resource: arnOf(call, Path) },
      ],
      run: (input: sdk.GetParametersByPathRequest, call): sdk.GetParametersByPathResult => {
        const below = `${arnOf(call, input.Path).replace(/\/$/, "")}/`;
        const found = [...call.state.parameters.values()]
          .filter(({ ARN }) => ARN.startsWith(below) && (input.Recursive || !ARN.slice(below.length).includes("/")))
          .sort((a, b) => (a.Name < b.Name ? -1 : 1));
        const start = Number(input.NextToken ?? 0);
        const end = start + (input.MaxResults ?? 10);
        return { Parameters: found.slice(start, end), ...(end < found.length ? { NextToken: String(end) } : {}) };
      },
    },
    DeleteParameter: {
      permissions: ({ Name }: sdk.DeleteParameterRequest, call) => [
        { action: "ssm:DeleteParameter", resource: arnOf(call, Name) },
      ],
      run: ({ Name }: sdk.DeleteParameterRequest, call): sdk.DeleteParameterResult => {
        if (!call.state.parameters.delete(arnOf(call, Name)))
          throw new AwsError("ParameterNotFound", `Parameter ${Name} not found.`);
        return {};
      },
    },
  },
};
