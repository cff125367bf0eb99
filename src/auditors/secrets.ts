/** Names of members that can carry a secret in a type that nobody has looked at: their values become digests, wherever they are. */
export const SECRETS = /password|secret|token|userdata|environment|variables|parameters|credential|privatekey|apikey/i;
