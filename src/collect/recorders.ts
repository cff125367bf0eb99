import { GLOBALLY_RECORDED } from "../auditors/globallyRecorded.ts";

/** The type under which AWS Config records its own recorders, whatever else they record. */
export const RECORDER = "AWS::Config::ConfigurationRecorder";

/** What a configuration recorder says of itself, in AWS Config's own records of it. */
interface RecorderConfiguration {
  Recording?: boolean;
  RecordingGroup?: {
    AllSupported?: boolean;
    IncludeGlobalResourceTypes?: boolean;
    ResourceTypes?: string[];
    ExclusionByResourceTypes?: { ResourceTypes?: string[] };
    RecordingStrategy?: { UseOnly?: string };
  };
}

/** A recorder, and the region that it is in. */
export interface Recorder {
  awsRegion: string;
  configuration?: RecorderConfiguration;
}

/**
 * Whether a recorder keeps up with resources of a type. What it does not say, it does not do.
 * @see https://docs.aws.amazon.com/config/latest/APIReference/API_RecordingGroup.html
 */
export function records({ configuration }: Recorder, type: string): boolean {
  if (type === RECORDER) return true;
  const { Recording, RecordingGroup: group } = configuration ?? {};
  if (!Recording || !group) return false;
  switch (group.RecordingStrategy?.UseOnly ?? (group.AllSupported ? "ALL_SUPPORTED_RESOURCE_TYPES" : undefined)) {
    case "ALL_SUPPORTED_RESOURCE_TYPES":
      return !GLOBALLY_RECORDED.has(type) || Boolean(group.IncludeGlobalResourceTypes);
    case "EXCLUSION_BY_RESOURCE_TYPES":
      return !group.ExclusionByResourceTypes?.ResourceTypes?.includes(type);
    default:
      return Boolean(group.ResourceTypes?.includes(type));
  }
}
