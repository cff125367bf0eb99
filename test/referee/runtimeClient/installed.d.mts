/** Node.js and Lambda's runtime interface client, as `.ci/lambda-runtime` has installed them; undefined where it has not. */
export function runtimeClient(): { node: string; client: string } | undefined;
