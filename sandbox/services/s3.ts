import { createHash } from "node:crypto";
import * as sdk from "@aws-sdk/client-s3";
import { AwsError, type Call, type Operation, type Permission, type Service } from "../service.ts";
import type { StoredBucket, StoredObject } from "../state.ts";

const missingBucket = (name: string | undefined) =>
  new AwsError("NoSuchBucket", `The specified bucket does not exist: ${name}`, 404);

function bucketOf({ state }: Call, name: string | undefined): StoredBucket {
  const bucket = state.buckets.get(name ?? "");
  if (!bucket) throw missingBucket(name);
  return bucket;
}

interface OfBucket {
  Bucket?: string | undefined;
  ExpectedBucketOwner?: string | undefined;
}
interface OfObject extends OfBucket {
  VersionId?: string | undefined;
  Key?: string | undefined;
  IfNoneMatch?: string | undefined;
  IfMatch?: string | undefined;
}

/** The permission on a bucket, or on one of its objects, with the bucket's own policy. */
function on(
  call: Call,
  action: string,
  { Bucket, ExpectedBucketOwner }: OfBucket,
  key?: string,
  context = {},
): Permission[] {
  const bucket = bucketOf(call, Bucket);
  if (ExpectedBucketOwner && ExpectedBucketOwner !== bucket.owner)
    throw new AwsError("AccessDenied", "Access Denied", 403);
  return [
    {
      action,
      resource: `arn:aws:s3:::${bucket.name}${key === undefined ? "" : `/${key}`}`,
      owner: bucket.owner,
      context,
      resourcePolicy: (bucket.configuration.get("GetBucketPolicy") as { Policy?: string } | undefined)?.Policy,
    },
  ];
}
/**
 * The permission on the KMS key that a bucket's objects are encrypted with, which S3 asks for its caller.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html#require-sse-kms
 */
function withKey(call: Call, actions: readonly string[], { Bucket }: OfBucket): Permission[] {
  const bucket = bucketOf(call, Bucket);
  const set = bucket.configuration.get("GetBucketEncryption") as sdk.GetBucketEncryptionOutput | undefined;
  const arn = set?.ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault?.KMSMasterKeyID;
  if (!arn) return [];
  const key = call.state.keys.get(arn);
  if (!key || key.region !== bucket.region)
    throw new AwsError("KMS.NotFoundException", `Invalid keyId ${arn}: no such key in ${bucket.region}`);
  return actions.map((action) => ({
    action,
    resource: key.arn,
    owner: key.account,
    resourcePolicy: key.policy,
    context: { "kms:ViaService": `s3.${bucket.region}.amazonaws.com` },
  }));
}
const ENCRYPT = ["kms:GenerateDataKey"];
const DECRYPT = ["kms:Decrypt"];

const putting = (input: OfObject, call: Call, creates: boolean) =>
  on(call, "s3:PutObject", input, input.Key, {
    // Whether the operation makes an object appear; a part of an upload does not.
    "s3:ObjectCreationOperation": String(creates),
    ...(input.IfNoneMatch ? { "s3:if-none-match": input.IfNoneMatch } : {}),
  });

/** `<bucket>/<key>?versionId=<id>`, percent-encoded, with or without a slash before it. */
function sourceOf({ CopySource = "" }: { CopySource?: string | undefined }): OfObject {
  const [path = "", version] = CopySource.replace(/^\//, "").split("?versionId=");
  const [Bucket, ...key] = decodeURIComponent(path).split("/");
  return { Bucket, Key: key.join("/"), VersionId: version };
}

const md5 = (body: Uint8Array) => createHash("md5").update(body).digest("hex");
const sha256 = (body: Uint8Array) => createHash("sha256").update(body).digest("base64");

function checked(body: Uint8Array, expected: string | undefined): string {
  const actual = sha256(body);
  if (expected !== undefined && !expected.includes("-") && expected !== actual)
    throw new AwsError("BadDigest", "The SHA256 you specified did not match the calculated checksum.");
  return actual;
}

const DAY = 24 * 3600 * 1000;

/** What Object Lock's default says for a version made now. */
function retentionIn(bucket: StoredBucket, now: number): StoredObject["retention"] {
  const { ObjectLockConfiguration } = (bucket.configuration.get("GetObjectLockConfiguration") ??
    {}) as sdk.GetObjectLockConfigurationOutput;
  const { Mode, Days, Years } = ObjectLockConfiguration?.Rule?.DefaultRetention ?? {};
  return Mode && { mode: Mode, until: now + (Days ?? (Years ?? 0) * 365) * DAY };
}

/** Deleting a key leaves a delete marker in a versioned bucket; deleting a version is for ever, unless it is locked. */
function remove(call: Call, input: sdk.DeleteObjectRequest): sdk.DeleteObjectOutput {
  const bucket = bucketOf(call, input.Bucket);
  const key = input.Key ?? "";
  const versions = bucket.objects.get(key) ?? [];
  const versioned = (bucket.configuration.get("GetBucketVersioning") as { Status?: string } | undefined)?.Status;
  if (!input.VersionId) {
    if (versioned !== "Enabled") {
      bucket.objects.delete(key);
      return {};
    }
    const version = call.randomId(32);
    const nothing = { body: new Uint8Array(), etag: "", sha256: "", modified: new Date(call.now()), version };
    bucket.objects.set(key, [...versions, { ...nothing, deleteMarker: true }]);
    return { DeleteMarker: true, VersionId: version };
  }
  const found = versions.find(({ version }) => version === input.VersionId);
  const { mode, until = 0 } = found?.retention ?? {};
  if (until > call.now() && (mode === "COMPLIANCE" || !input.BypassGovernanceRetention))
    throw new AwsError("AccessDenied", "Access Denied because object protected by object lock.", 403);
  const left = versions.filter((version) => version !== found);
  if (left.length) bucket.objects.set(key, left);
  else bucket.objects.delete(key);
  return { VersionId: input.VersionId };
}

function store(call: Call, input: OfObject, object: Omit<StoredObject, "modified" | "version">): StoredObject {
  const bucket = bucketOf(call, input.Bucket);
  const versions = bucket.objects.get(input.Key ?? "") ?? [];
  if (input.IfNoneMatch === "*" && versions.length && !versions.at(-1)?.deleteMarker)
    throw new AwsError("PreconditionFailed", "At least one of the pre-conditions you specified did not hold", 412);
  if (input.IfMatch) {
    const standing = versions.at(-1);
    if (!standing || standing.deleteMarker) throw new AwsError("NoSuchKey", "The specified key does not exist.", 404);
    if (standing.etag !== input.IfMatch)
      throw new AwsError("PreconditionFailed", "At least one of the pre-conditions you specified did not hold", 412);
  }
  const retention = retentionIn(bucket, call.now());
  const stored = {
    ...object,
    modified: new Date(call.now()),
    version: call.randomId(32),
    ...(retention ? { retention } : {}),
  };
  const versioned = (bucket.configuration.get("GetBucketVersioning") as { Status?: string } | undefined)?.Status;
  bucket.objects.set(input.Key ?? "", versioned === "Enabled" ? [...versions, stored] : [stored]);
  return stored;
}

function current(call: Call, input: OfObject): StoredObject {
  const versions = bucketOf(call, input.Bucket).objects.get(input.Key ?? "");
  const object = input.VersionId ? versions?.find(({ version }) => version === input.VersionId) : versions?.at(-1);
  if (object && !object.deleteMarker) return object;
  // Without the right to list, a key that does not exist is not told from one that is closed.
  const [list] = on(call, "s3:ListBucket", input);
  const why = call.denial(list!);
  if (why) throw new AwsError("AccessDenied", why, 403);
  throw new AwsError("NoSuchKey", "The specified key does not exist.", 404);
}

const facts = (object: StoredObject) => ({
  ContentLength: object.body.length,
  ETag: object.etag,
  LastModified: object.modified,
  VersionId: object.version,
  ContentType: object.contentType ?? "binary/octet-stream",
  ContentEncoding: object.contentEncoding,
  AcceptRanges: "bytes",
});

/** A configuration of a bucket: read by one operation, set by another, absent under an error code of its own. */
interface Configuration {
  get: string;
  action?: string;
  put?: string;
  delete?: string;
  /** The answer of the read, from the input of the write. */
  // biome-ignore lint/suspicious/noExplicitAny: each write has its own input
  from?: (input: any) => object;
  none?: [code: string, message: string];
}
const configurations: Configuration[] = [
  {
    get: "GetBucketVersioning",
    put: "PutBucketVersioning",
    from: ({ VersioningConfiguration: { Status } }) => ({ Status }),
  },
  { get: "GetBucketLogging" },
  { get: "GetBucketNotificationConfiguration", action: "s3:GetBucketNotification" },
  {
    get: "GetBucketWebsite",
    none: ["NoSuchWebsiteConfiguration", "The specified bucket does not have a website configuration"],
  },
  {
    get: "GetBucketCors",
    action: "s3:GetBucketCORS",
    none: ["NoSuchCORSConfiguration", "The CORS configuration does not exist"],
  },
  {
    get: "GetBucketTagging",
    put: "PutBucketTagging",
    from: ({ Tagging }) => ({ TagSet: Tagging.TagSet }),
    none: ["NoSuchTagSet", "The TagSet does not exist"],
  },
  {
    get: "GetBucketEncryption",
    action: "s3:GetEncryptionConfiguration",
    put: "PutBucketEncryption",
    delete: "DeleteBucketEncryption",
    from: ({ ServerSideEncryptionConfiguration }) => ({ ServerSideEncryptionConfiguration }),
    none: ["ServerSideEncryptionConfigurationNotFoundError", "The server side encryption configuration was not found"],
  },
  {
    get: "GetPublicAccessBlock",
    action: "s3:GetBucketPublicAccessBlock",
    put: "PutPublicAccessBlock",
    delete: "DeletePublicAccessBlock",
    from: ({ PublicAccessBlockConfiguration }) => ({ PublicAccessBlockConfiguration }),
    none: ["NoSuchPublicAccessBlockConfiguration", "The public access block configuration was not found"],
  },
  {
    get: "GetBucketOwnershipControls",
    put: "PutBucketOwnershipControls",
    delete: "DeleteBucketOwnershipControls",
    from: ({ OwnershipControls }) => ({ OwnershipControls }),
    none: ["OwnershipControlsNotFoundError", "The bucket ownership controls were not found"],
  },
  {
    get: "GetBucketLifecycleConfiguration",
    action: "s3:GetLifecycleConfiguration",
    put: "PutBucketLifecycleConfiguration",
    delete: "DeleteBucketLifecycle",
    from: ({ LifecycleConfiguration }) => ({ Rules: LifecycleConfiguration.Rules }),
    none: ["NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist"],
  },
  {
    get: "GetObjectLockConfiguration",
    action: "s3:GetBucketObjectLockConfiguration",
    put: "PutObjectLockConfiguration",
    from: ({ ObjectLockConfiguration }) => ({ ObjectLockConfiguration }),
    none: ["ObjectLockConfigurationNotFoundError", "Object Lock configuration does not exist for this bucket"],
  },
  {
    get: "GetBucketReplication",
    action: "s3:GetReplicationConfiguration",
    none: ["ReplicationConfigurationNotFoundError", "The replication configuration was not found"],
  },
  {
    get: "GetBucketPolicy",
    put: "PutBucketPolicy",
    delete: "DeleteBucketPolicy",
    from: ({ Policy }) => ({ Policy }),
    none: ["NoSuchBucketPolicy", "The bucket policy does not exist"],
  },
];

/** Writing a configuration is a permission of the same name as reading it; a policy alone is deleted by one of its own. */
const writing = ({ get, action = `s3:${get}` }: Configuration): string => action.replace(":Get", ":Put");

const configurationOperations = Object.fromEntries(
  configurations.flatMap((configuration): [string, Operation<OfBucket, object>][] => {
    const { get, action = `s3:${get}`, put, from, none } = configuration;
    const configurationsOf = (input: OfBucket, call: Call) => bucketOf(call, input.Bucket).configuration;
    const operations: [string, Operation<OfBucket, object>][] = [
      [
        get,
        {
          permissions: (input, call) => on(call, action, input),
          run: (input, call) => {
            const found = configurationsOf(input, call).get(get);
            if (!found && none) throw new AwsError(...none, 404);
            return found ?? {};
          },
        },
      ],
    ];
    if (put && from)
      operations.push([
        put,
        {
          permissions: (input, call) => on(call, writing(configuration), input),
          run: (input, call) => {
            configurationsOf(input, call).set(get, from(input));
            return {};
          },
        },
      ]);
    if (configuration.delete)
      operations.push([
        configuration.delete,
        {
          permissions: (input, call) =>
            on(call, get === "GetBucketPolicy" ? "s3:DeleteBucketPolicy" : writing(configuration), input),
          run: (input, call) => {
            configurationsOf(input, call).delete(get);
            return {};
          },
        },
      ]);
    return operations;
  }),
);

/** S3: objects with versions, conditional writes and checksums, and the configurations of buckets. */
export const s3: Service = {
  signingName: "s3",
  iamPrefix: "s3",
  protocol: "rest-xml",
  regional: false,
  knowsEstate: true,
  sdk: { ...sdk },
  operations: {
    ...configurationOperations,
    GetBucketPolicyStatus: {
      permissions: (input: OfBucket, call) => on(call, "s3:GetBucketPolicyStatus", input),
      run: (input: OfBucket, call) => {
        const policy = bucketOf(call, input.Bucket).configuration.get("GetBucketPolicy") as
          | { Policy: string }
          | undefined;
        if (!policy) throw new AwsError("NoSuchBucketPolicy", "The bucket policy does not exist", 404);
        const { Statement } = JSON.parse(policy.Policy) as {
          Statement: { Effect: string; Principal: unknown; Condition?: object }[];
        };
        const open = Statement.some(
          ({ Effect, Principal, Condition }) => Effect === "Allow" && Principal === "*" && !Condition,
        );
        return { PolicyStatus: { IsPublic: open } };
      },
    },
    GetBucketLocation: {
      permissions: (input: OfBucket, call) => on(call, "s3:GetBucketLocation", input),
      run: (input: OfBucket, call): sdk.GetBucketLocationOutput => {
        const { region } = bucketOf(call, input.Bucket);
        return region === "us-east-1" ? {} : { LocationConstraint: region as sdk.BucketLocationConstraint };
      },
    },
    GetBucketAcl: {
      permissions: (input: OfBucket, call) => on(call, "s3:GetBucketAcl", input),
      run: (input: OfBucket, call) => {
        const { configuration, owner } = bucketOf(call, input.Bucket);
        const Owner = { ID: createHash("sha256").update(owner).digest("hex") };
        const own = { Grantee: { Type: "CanonicalUser", ...Owner }, Permission: "FULL_CONTROL" };
        return configuration.get("GetBucketAcl") ?? { Owner, Grants: [own] };
      },
    },
    ListBucketInventoryConfigurations: {
      permissions: (input: OfBucket, call) => on(call, "s3:GetInventoryConfiguration", input),
      run: (input: OfBucket, call) => {
        bucketOf(call, input.Bucket);
        return { IsTruncated: false };
      },
    },
    CreateBucket: {
      permissions: ({ Bucket }: sdk.CreateBucketRequest) => [
        { action: "s3:CreateBucket", resource: `arn:aws:s3:::${Bucket}` },
      ],
      run: ({ Bucket: name, CreateBucketConfiguration }: sdk.CreateBucketRequest, call): sdk.CreateBucketOutput => {
        const standing = call.state.buckets.get(name ?? "");
        if (standing)
          throw standing.owner === call.account
            ? new AwsError(
                "BucketAlreadyOwnedByYou",
                "Your previous request to create the named bucket succeeded and you already own it.",
                409,
              )
            : new AwsError("BucketAlreadyExists", "The requested bucket name is not available.", 409);
        call.state.buckets.set(name ?? "", {
          name: name ?? "",
          owner: call.account,
          region: CreateBucketConfiguration?.LocationConstraint ?? call.region,
          created: new Date(call.now()),
          objects: new Map(),
          uploads: new Map(),
          configuration: new Map(),
        });
        return { Location: `/${name}` };
      },
    },
    DeleteBucket: {
      permissions: (input: sdk.DeleteBucketRequest, call) => on(call, "s3:DeleteBucket", input),
      run: (input: sdk.DeleteBucketRequest, call) => {
        const { name, objects } = bucketOf(call, input.Bucket);
        if (objects.size) throw new AwsError("BucketNotEmpty", "The bucket you tried to delete is not empty", 409);
        call.state.buckets.delete(name);
        return {};
      },
    },
    HeadBucket: {
      permissions: (input: sdk.HeadBucketRequest, call) => on(call, "s3:ListBucket", input),
      run: (input: sdk.HeadBucketRequest, call): sdk.HeadBucketOutput => ({
        BucketRegion: bucketOf(call, input.Bucket).region,
      }),
    },
    ListBuckets: {
      permissions: () => [{ action: "s3:ListAllMyBuckets", resource: "*" }],
      run: (input: sdk.ListBucketsRequest, call): sdk.ListBucketsOutput => {
        const all = [...call.state.buckets.values()].filter(({ owner }) => owner === call.account);
        all.sort((a, b) => (a.name < b.name ? -1 : 1));
        const start = Number(input.ContinuationToken ?? 0);
        const end = start + (input.MaxBuckets ?? 10_000);
        return {
          Buckets: all.slice(start, end).map(({ name, region, created }) => ({
            Name: name,
            // Listings have come without it: these buckets have to be asked where they are.
            ...(name.includes("-exports-") ? {} : { BucketRegion: region }),
            CreationDate: created,
            BucketArn: `arn:aws:s3:::${name}`,
          })),
          Owner: { ID: call.account },
          ...(end < all.length ? { ContinuationToken: String(end) } : {}),
        };
      },
    },
    PutObject: {
      permissions: (input: OfObject, call) => [...putting(input, call, true), ...withKey(call, ENCRYPT, input)],
      run: (input: sdk.PutObjectRequest & { Body?: Uint8Array }, call): sdk.PutObjectOutput => {
        const body = input.Body ?? new Uint8Array();
        const stored = store(call, input, {
          body,
          etag: `"${md5(body)}"`,
          sha256: checked(body, input.ChecksumSHA256),
          contentType: input.ContentType,
          contentEncoding: input.ContentEncoding,
        });
        return {
          ETag: stored.etag,
          VersionId: stored.version,
          ChecksumSHA256: stored.sha256,
          ServerSideEncryption: "AES256",
        };
      },
    },
    CopyObject: {
      permissions: (input: OfObject & { CopySource?: string | undefined }, call) => {
        const source = sourceOf(input);
        return [
          ...on(call, source.VersionId ? "s3:GetObjectVersion" : "s3:GetObject", source, source.Key),
          ...withKey(call, DECRYPT, source),
          ...putting(input, call, true),
          ...withKey(call, ENCRYPT, input),
        ];
      },
      run: (input: sdk.CopyObjectRequest, call): sdk.CopyObjectOutput => {
        const { modified: _modified, version: _version, ...object } = current(call, sourceOf(input));
        const copy = store(call, input, object);
        return {
          VersionId: copy.version,
          CopyObjectResult: { ETag: copy.etag, LastModified: copy.modified, ChecksumSHA256: copy.sha256 },
        };
      },
    },
    GetObject: {
      permissions: (input: OfObject, call) => [
        ...on(call, input.VersionId ? "s3:GetObjectVersion" : "s3:GetObject", input, input.Key),
        ...withKey(call, DECRYPT, input),
      ],
      run: (input: sdk.GetObjectRequest, call) => {
        const object = current(call, input);
        const range = /^bytes=(\d+)-(\d*)$/.exec(input.Range ?? "");
        // The SDK asks for it, and compares it with what comes.
        const checksum = input.ChecksumMode === "ENABLED" ? { ChecksumSHA256: object.sha256 } : {};
        if (!range) return { ...facts(object), ...checksum, Body: object.body };
        const from = Number(range[1]);
        const to = range[2] ? Math.min(Number(range[2]), object.body.length - 1) : object.body.length - 1;
        return {
          ...facts(object),
          Body: object.body.subarray(from, to + 1),
          ContentLength: to - from + 1,
          ContentRange: `bytes ${from}-${to}/${object.body.length}`,
        };
      },
    },
    HeadObject: {
      permissions: (input: OfObject, call) => on(call, "s3:GetObject", input, input.Key),
      run: (input: sdk.HeadObjectRequest, call): sdk.HeadObjectOutput => facts(current(call, input)),
    },
    DeleteObject: {
      permissions: (input: sdk.DeleteObjectRequest, call) => [
        ...on(call, input.VersionId ? "s3:DeleteObjectVersion" : "s3:DeleteObject", input, input.Key),
        ...(input.BypassGovernanceRetention ? on(call, "s3:BypassGovernanceRetention", input, input.Key) : []),
      ],
      run: (input: sdk.DeleteObjectRequest, call) => remove(call, input),
    },
    ListObjectsV2: {
      permissions: (input: sdk.ListObjectsV2Request, call) =>
        on(call, "s3:ListBucket", input, undefined, input.Prefix === undefined ? {} : { "s3:prefix": input.Prefix }),
      run: (input: sdk.ListObjectsV2Request, call): sdk.ListObjectsV2Output => list(input, call),
    },
    ListObjectVersions: {
      permissions: (input: sdk.ListObjectVersionsRequest, call) => on(call, "s3:ListBucketVersions", input),
      run: (input: sdk.ListObjectVersionsRequest, call): sdk.ListObjectVersionsOutput => {
        const all = [...bucketOf(call, input.Bucket).objects].flatMap(([Key, versions]) =>
          Key.startsWith(input.Prefix ?? "") ? versions.map((each) => ({ Key, ...each })) : [],
        );
        const start = Number(input.KeyMarker ?? 0);
        const end = start + (input.MaxKeys ?? 1000);
        const page = all.slice(start, end).map(({ Key, version, deleteMarker }) => ({
          Key,
          VersionId: version,
          isMarker: Boolean(deleteMarker),
        }));
        return {
          Versions: page.filter(({ isMarker }) => !isMarker),
          DeleteMarkers: page.filter(({ isMarker }) => isMarker),
          IsTruncated: end < all.length,
          ...(end < all.length ? { NextKeyMarker: String(end) } : {}),
        };
      },
    },
    CreateMultipartUpload: {
      permissions: (input: OfObject, call) => [
        ...putting(input, call, false),
        ...withKey(call, [...ENCRYPT, ...DECRYPT], input),
      ],
      run: (input: sdk.CreateMultipartUploadRequest, call): sdk.CreateMultipartUploadOutput => {
        const UploadId = call.randomId(32);
        bucketOf(call, input.Bucket).uploads.set(UploadId, {
          key: input.Key ?? "",
          ...(input.ContentType ? { contentType: input.ContentType } : {}),
          ...(input.ContentEncoding ? { contentEncoding: input.ContentEncoding } : {}),
          parts: new Map(),
        });
        return { Bucket: input.Bucket, Key: input.Key, UploadId };
      },
    },
    UploadPart: {
      permissions: (input: OfObject, call) => [
        ...putting(input, call, false),
        ...withKey(call, [...ENCRYPT, ...DECRYPT], input),
      ],
      run: (input: sdk.UploadPartRequest & { Body?: Uint8Array }, call): sdk.UploadPartOutput => {
        const body = input.Body ?? new Uint8Array();
        const ChecksumSHA256 = checked(body, input.ChecksumSHA256);
        uploadOf(call, input).parts.set(input.PartNumber ?? 0, body);
        return { ETag: `"${md5(body)}"`, ChecksumSHA256 };
      },
    },
    CompleteMultipartUpload: {
      permissions: (input: OfObject, call) => [
        ...putting(input, call, true),
        ...withKey(call, [...ENCRYPT, ...DECRYPT], input),
      ],
      run: (input: sdk.CompleteMultipartUploadRequest, call): sdk.CompleteMultipartUploadOutput => {
        const upload = uploadOf(call, input);
        const parts = (input.MultipartUpload?.Parts ?? []).map(({ PartNumber, ETag }) => {
          const body = upload.parts.get(PartNumber ?? 0);
          if (!body || (ETag && ETag.replaceAll('"', "") !== md5(body)))
            throw new AwsError("InvalidPart", "One or more of the specified parts could not be found.");
          return body;
        });
        if (parts.slice(0, -1).some(({ length }) => length < 5 * 1024 * 1024))
          throw new AwsError("EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size");
        const body = Buffer.concat(parts);
        const stored = store(call, input, {
          body,
          etag: `"${md5(body)}-${parts.length}"`,
          sha256: sha256(body),
          contentType: upload.contentType,
          contentEncoding: upload.contentEncoding,
        });
        bucketOf(call, input.Bucket).uploads.delete(input.UploadId ?? "");
        return { Bucket: input.Bucket, Key: input.Key, ETag: stored.etag, VersionId: stored.version };
      },
    },
    AbortMultipartUpload: {
      permissions: (input: OfObject, call) => on(call, "s3:AbortMultipartUpload", input, input.Key),
      run: (input: sdk.AbortMultipartUploadRequest, call) => {
        uploadOf(call, input);
        bucketOf(call, input.Bucket).uploads.delete(input.UploadId ?? "");
        return {};
      },
    },
  },
};

function uploadOf(call: Call, { Bucket, UploadId }: { Bucket?: string | undefined; UploadId?: string | undefined }) {
  const upload = bucketOf(call, Bucket).uploads.get(UploadId ?? "");
  if (!upload) throw new AwsError("NoSuchUpload", "The specified multipart upload does not exist.", 404);
  return upload;
}

function list(input: sdk.ListObjectsV2Request, call: Call): sdk.ListObjectsV2Output {
  const { name, objects } = bucketOf(call, input.Bucket);
  const prefix = input.Prefix ?? "";
  const after = input.ContinuationToken
    ? Buffer.from(input.ContinuationToken, "base64").toString()
    : (input.StartAfter ?? "");
  const limit = Math.min(input.MaxKeys ?? 1000, 1000);
  const entries = new Map<string, sdk._Object | undefined>();
  for (const key of [...objects.keys()].filter((each) => each.startsWith(prefix)).sort()) {
    const cut = input.Delimiter ? key.indexOf(input.Delimiter, prefix.length) : -1;
    const entry = cut < 0 ? key : key.slice(0, cut + (input.Delimiter?.length ?? 0));
    if (entry <= after || entries.has(entry)) continue;
    const object = objects.get(key)!.at(-1)!;
    if (object.deleteMarker) continue;
    entries.set(
      entry,
      cut < 0
        ? {
            Key: key,
            Size: object.body.length,
            ETag: object.etag,
            LastModified: object.modified,
            StorageClass: "STANDARD",
          }
        : undefined,
    );
    if (entries.size > limit) break;
  }
  const page = [...entries].slice(0, limit);
  const truncated = entries.size > limit;
  return {
    Name: name,
    Prefix: prefix,
    Delimiter: input.Delimiter,
    MaxKeys: limit,
    KeyCount: page.length,
    IsTruncated: truncated,
    Contents: page.flatMap(([, object]) => object ?? []),
    CommonPrefixes: page.flatMap(([entry, object]) => (object ? [] : { Prefix: entry })),
    ...(truncated ? { NextContinuationToken: Buffer.from(page.at(-1)![0]).toString("base64") } : {}),
  };
}
