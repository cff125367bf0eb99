import * as sdk from "@aws-sdk/client-lakeformation";
import { AwsError, type Call, type Service } from "../service.ts";

/** Whom a grant must be made to so that IAM alone decides. */
const IAM_ALONE = "IAM_ALLOWED_PRINCIPALS";

/**
 * What Lake Formation says of a call for the data catalog, beside IAM: nothing in an account whose settings leave new
 * databases to IAM alone, as AWS's are by default.
 * @throws AwsError in AWS's words
 */
export function checkLakeFormation(call: Call, database: string | undefined, needs: string, ofTable: boolean): void {
  const left = call.state.lakeFormation?.get(call.account);
  if (!left || call.principal.kind === "root" || left.has(`${ofTable ? "tables" : "database"} ${database}`)) return;
  throw new AwsError(
    "AccessDeniedException",
    `Insufficient Lake Formation permission(s): Required ${needs} on ${database}`,
    400,
  );
}

/** Lake Formation, as far as it stands in the way of who has IAM's permissions: settings, and grants that leave it to IAM. */
export const lakeformation: Service = {
  signingName: "lakeformation",
  iamPrefix: "lakeformation",
  protocol: "rest-json",
  regional: true,
  sdk: { ...sdk },
  operations: {
    PutDataLakeSettings: {
      run: ({ DataLakeSettings }: sdk.PutDataLakeSettingsRequest, { state, account }) => {
        const left = DataLakeSettings?.CreateDatabaseDefaultPermissions?.some(
          ({ Principal }) => Principal?.DataLakePrincipalIdentifier === IAM_ALONE,
        );
        state.lakeFormation ??= new Map();
        if (left) state.lakeFormation.delete(account);
        else state.lakeFormation.set(account, new Set());
        return {};
      },
    },
    GrantPermissions: {
      run: ({ Principal, Resource }: sdk.GrantPermissionsRequest, { state, account }) => {
        const name = Resource?.Database?.Name ?? Resource?.Table?.DatabaseName;
        if (Principal?.DataLakePrincipalIdentifier === IAM_ALONE)
          state.lakeFormation?.get(account)?.add(`${Resource?.Database ? "database" : "tables"} ${name}`);
        return {};
      },
    },
  },
};
