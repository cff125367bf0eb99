/** A run at the end of the chain. A hash alone stands for it too. */
export interface Head {
  manifest_sha256: string;
  sequence?: number;
  run_id?: string;
}

/** The head of the chain as a line of text: whoever keeps it is a witness, as the chain must contain this run for ever. */
export const headLine = ({ sequence, run_id, manifest_sha256 }: Required<Head>): string =>
  `newest: sequence number ${sequence} in the chain, run ${run_id}, manifest ${manifest_sha256}`;
