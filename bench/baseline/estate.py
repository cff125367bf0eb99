"""What a run of the auditors rds, iam, s3 and ec2 reads, as someone would write it down for boto3.

A row: resource type, operation, path of the items in its answer, members that make the id, and what more is asked of
each resource: (operation, parameters of the resource, error codes that mean 'none').
"""

MANUAL = "manual"


def tags_of_arn(member):
    return ("list_tags_for_resource", lambda r: {"ResourceName": r[member]}, ())


def named(operation, parameter, member=None):
    return (operation, lambda r: {parameter: r[member or parameter]}, ())


def only(condition, detail):
    operation, parameters, none = detail
    return (operation, lambda r: parameters(r) if condition(r) else None, none)


def settings(operation, member):
    """The parameters that someone set; groups of AWS's own have none."""
    own = lambda r: not r[member].startswith("default.")
    return only(own, (operation, lambda r: {member: r[member], "Source": "user"}, ()))


def manual(detail):
    return only(lambda r: r["SnapshotType"] == MANUAL, detail)


class Type:
    """A type of resource; `tags` is the call that the plain way makes for each resource, `inline` whether the listing has them."""

    def __init__(self, name, operation, items, ids, arguments=None, details=(), tags=None, inline=False, parent=None):
        self.name = name
        self.operation = operation
        self.items = items
        self.ids = ids
        self.arguments = arguments or {}
        self.details = details
        self.tags = tags
        self.inline = inline
        self.parent = parent


def rds(name, operation, items, ids, arn=None, inline=False, details=(), parent=None):
    return Type(
        f"AWS::RDS::{name}", operation, items, ids, None, details, tags_of_arn(arn) if arn else None, inline, parent
    )


RDS = [
    rds("DBInstance", "describe_db_instances", "DBInstances", ["DBInstanceIdentifier"], "DBInstanceArn", True),
    rds("DBCluster", "describe_db_clusters", "DBClusters", ["DBClusterIdentifier"], "DBClusterArn", True),
    rds(
        "DBSnapshot", "describe_db_snapshots", "DBSnapshots", ["DBSnapshotIdentifier"], "DBSnapshotArn", True,
        [manual(named("describe_db_snapshot_attributes", "DBSnapshotIdentifier"))],
    ),
    rds(
        "DBClusterSnapshot", "describe_db_cluster_snapshots", "DBClusterSnapshots", ["DBClusterSnapshotIdentifier"],
        "DBClusterSnapshotArn", True,
        [manual(named("describe_db_cluster_snapshot_attributes", "DBClusterSnapshotIdentifier"))],
    ),
    rds("DBSubnetGroup", "describe_db_subnet_groups", "DBSubnetGroups", ["DBSubnetGroupName"], "DBSubnetGroupArn"),
    rds(
        "DBParameterGroup", "describe_db_parameter_groups", "DBParameterGroups", ["DBParameterGroupName"],
        "DBParameterGroupArn", False, [settings("describe_db_parameters", "DBParameterGroupName")],
    ),
    rds(
        "DBClusterParameterGroup", "describe_db_cluster_parameter_groups", "DBClusterParameterGroups",
        ["DBClusterParameterGroupName"], "DBClusterParameterGroupArn", False,
        [settings("describe_db_cluster_parameters", "DBClusterParameterGroupName")],
    ),
    rds("OptionGroup", "describe_option_groups", "OptionGroupsList", ["OptionGroupName"], "OptionGroupArn"),
    rds(
        "EventSubscription", "describe_event_subscriptions", "EventSubscriptionsList", ["CustSubscriptionId"],
        "EventSubscriptionArn",
    ),
    rds("DBProxy", "describe_db_proxies", "DBProxies", ["DBProxyName"], "DBProxyArn"),
    rds(
        "DBProxyEndpoint", "describe_db_proxy_endpoints", "DBProxyEndpoints", ["DBProxyEndpointName"],
        "DBProxyEndpointArn",
    ),
    rds(
        "DBProxyTargetGroup", "describe_db_proxy_target_groups", "TargetGroups", ["DBProxyName", "TargetGroupName"],
        "TargetGroupArn", parent=("AWS::RDS::DBProxy", lambda r: {"DBProxyName": r["DBProxyName"]}),
    ),
    # Of the following the sandbox has the tags in the listing alone: not even the plain way asks again.
    rds("GlobalCluster", "describe_global_clusters", "GlobalClusters", ["GlobalClusterIdentifier"], None, True),
    rds(
        "DBInstanceAutomatedBackup", "describe_db_instance_automated_backups", "DBInstanceAutomatedBackups",
        ["DbiResourceId"], None, True,
    ),
    rds(
        "DBClusterAutomatedBackup", "describe_db_cluster_automated_backups", "DBClusterAutomatedBackups",
        ["DbClusterResourceId"], None, True,
    ),
    rds("ExportTask", "describe_export_tasks", "ExportTasks", ["ExportTaskIdentifier"]),
    rds("Integration", "describe_integrations", "Integrations", ["IntegrationArn"], None, True),
    rds("BlueGreenDeployment", "describe_blue_green_deployments", "BlueGreenDeployments", ["BlueGreenDeploymentIdentifier"]),
    rds("Certificate", "describe_certificates", "Certificates", ["CertificateIdentifier"]),
    rds(
        "DBMajorEngineVersion", "describe_db_major_engine_versions", "DBMajorEngineVersions",
        ["Engine", "MajorEngineVersion"],
    ),
]


def ec2(name, operation, items=None, ids=(), arguments=None, details=()):
    # The listings of EC2 have the tags: nobody asks for them again.
    return Type(f"AWS::EC2::{name}", operation, items, ids, arguments, details, None, True)


EC2 = [
    ec2("Instance", "describe_instances", "Reservations.Instances", ["InstanceId"]),
    ec2("Volume", "describe_volumes", "Volumes", ["VolumeId"]),
    ec2(
        "Snapshot", "describe_snapshots", "Snapshots", ["SnapshotId"], {"OwnerIds": ["self"]},
        [("describe_snapshot_attribute", lambda r: {"SnapshotId": r["SnapshotId"], "Attribute": "createVolumePermission"}, ())],
    ),
    ec2("SnapshotLock", "describe_locked_snapshots", "Snapshots", ["SnapshotId"]),
    ec2(
        "Image", "describe_images", "Images", ["ImageId"],
        {"Owners": ["self"], "IncludeDeprecated": True, "IncludeDisabled": True},
        [("describe_image_attribute", lambda r: {"ImageId": r["ImageId"], "Attribute": "launchPermission"}, ())],
    ),
    ec2(
        "LaunchTemplate", "describe_launch_templates", "LaunchTemplates", ["LaunchTemplateId"], None,
        [(
            "describe_launch_template_versions",
            lambda r: {"LaunchTemplateId": r["LaunchTemplateId"], "Versions": ["$Latest", "$Default"]}, (),
        )],
    ),
    ec2("KeyPair", "describe_key_pairs", "KeyPairs", ["KeyPairId"]),
    ec2(
        "InstanceConnectEndpoint", "describe_instance_connect_endpoints", "InstanceConnectEndpoints",
        ["InstanceConnectEndpointId"],
    ),
    ec2("Host", "describe_hosts", "Hosts", ["HostId"]),
    ec2("CapacityReservation", "describe_capacity_reservations", "CapacityReservations", ["CapacityReservationId"]),
    ec2("PlacementGroup", "describe_placement_groups", "PlacementGroups", ["GroupName"]),
    ec2("SpotFleet", "describe_spot_fleet_requests", "SpotFleetRequestConfigs", ["SpotFleetRequestId"]),
    ec2("EC2Fleet", "describe_fleets", "Fleets", ["FleetId"]),
    ec2(
        "EbsEncryptionByDefault", "get_ebs_encryption_by_default",
        details=[("get_ebs_default_kms_key_id", lambda r: {}, ())],
    ),
    ec2("SnapshotBlockPublicAccess", "get_snapshot_block_public_access_state"),
    ec2("ImageBlockPublicAccess", "get_image_block_public_access_state"),
    ec2("AllowedImagesSettings", "get_allowed_images_settings"),
    ec2("SerialConsoleAccess", "get_serial_console_access_status"),
    ec2("InstanceMetadataDefaults", "get_instance_metadata_defaults"),
]


def iam(name, operation, items=None, ids=(), arguments=None, details=(), tags=None, inline=False, parent=None):
    return Type(f"AWS::IAM::{name}", operation, items, ids, arguments, details, tags, inline, parent)


def authorizations(name):
    return {"Filter": [name]}


of_user = ("AWS::IAM::User", lambda r: {"UserName": r["UserName"]})
details = "get_account_authorization_details"
IAM = [
    iam(
        "User", details, "UserDetailList", ["UserName"], authorizations("User"),
        [named("list_access_keys", "UserName"), named("list_mfa_devices", "UserName")],
        named("list_user_tags", "UserName"), True,
    ),
    iam(
        "AccessKey", "list_access_keys", "AccessKeyMetadata", ["AccessKeyId"], None,
        [named("get_access_key_last_used", "AccessKeyId")], parent=of_user,
    ),
    iam("Group", details, "GroupDetailList", ["GroupName"], authorizations("Group")),
    iam(
        "Role", details, "RoleDetailList", ["RoleName"], authorizations("Role"), (), named("list_role_tags", "RoleName"), True
    ),
    iam("ManagedPolicy", details, "Policies", ["PolicyId"], authorizations("LocalManagedPolicy")),
    iam(
        "OIDCProvider", "list_open_id_connect_providers", "OpenIDConnectProviderList", ["Arn"], None,
        [named("get_open_id_connect_provider", "OpenIDConnectProviderArn", "Arn")],
    ),
    iam(
        "SAMLProvider", "list_saml_providers", "SAMLProviderList", ["Arn"], None,
        [named("get_saml_provider", "SAMLProviderArn", "Arn")],
    ),
    iam("AccountPasswordPolicy", "get_account_password_policy", "PasswordPolicy"),
    iam(
        "VirtualMFADevice", "list_virtual_mfa_devices", "VirtualMFADevices", ["SerialNumber"], None, (),
        named("list_mfa_device_tags", "SerialNumber"),
    ),
    iam(
        "InstanceProfile", "list_instance_profiles", "InstanceProfiles", ["InstanceProfileName"], None, (),
        named("list_instance_profile_tags", "InstanceProfileName"),
    ),
    iam(
        "ServerCertificate", "list_server_certificates", "ServerCertificateMetadataList", ["ServerCertificateName"],
        None, (), named("list_server_certificate_tags", "ServerCertificateName"),
    ),
    iam("SSHPublicKey", "list_ssh_public_keys", "SSHPublicKeys", ["SSHPublicKeyId"], parent=of_user),
    iam("SigningCertificate", "list_signing_certificates", "Certificates", ["CertificateId"], parent=of_user),
    iam(
        "ServiceSpecificCredential", "list_service_specific_credentials", "ServiceSpecificCredentials",
        ["ServiceSpecificCredentialId"], {"AllUsers": True},
    ),
    iam("AccountAlias", "list_account_aliases", "AccountAliases", ["value"]),
    iam("CredentialReport", "generate_credential_report", None, (), None, [("get_credential_report", lambda r: {}, ())]),
    iam("AccountSummary", "get_account_summary"),
]


def bucket(operation, *none):
    return (operation, lambda r: {"Bucket": r["Name"], "ExpectedBucketOwner": r["account"]}, none)


S3 = [
    Type(
        "AWS::S3::Bucket", "list_buckets", "Buckets", ["Name"], None,
        [
            bucket("get_bucket_encryption", "ServerSideEncryptionConfigurationNotFoundError"),
            bucket("get_bucket_policy", "NoSuchBucketPolicy"),
            bucket("get_bucket_policy_status", "NoSuchBucketPolicy"),
            bucket("get_public_access_block", "NoSuchPublicAccessBlockConfiguration"),
            bucket("get_bucket_acl"),
            bucket("get_bucket_website", "NoSuchWebsiteConfiguration"),
            bucket("get_bucket_cors", "NoSuchCORSConfiguration"),
            bucket("get_bucket_notification_configuration"),
            bucket("list_bucket_inventory_configurations"),
            bucket("get_bucket_versioning"),
            bucket("get_bucket_logging"),
            bucket("get_bucket_ownership_controls", "OwnershipControlsNotFoundError"),
            bucket("get_bucket_lifecycle_configuration", "NoSuchLifecycleConfiguration"),
            bucket("get_bucket_replication", "ReplicationConfigurationNotFoundError"),
            bucket("get_object_lock_configuration", "ObjectLockConfigurationNotFoundError"),
        ],
        bucket("get_bucket_tagging", "NoSuchTagSet"),
    )
]

# service, region it is called in (None: every one), its types
ESTATE = [("rds", None, RDS), ("ec2", None, EC2), ("iam", "us-east-1", IAM), ("s3", "us-east-1", S3)]
