/** Places of which what is there is kept: more than a run of the bench or of the demo looks at in turn. */
const PLACES = 512;

/**
 * What a seed, an account and a region decide, made once for the requests that ask for it in a row. Nobody may change
 * what is answered: it is the next one's answer too.
 */
export function kept<Place extends readonly (string | number)[], Made>(make: (...place: Place) => Made) {
  const made = new Map<string, Made>();
  return (...place: Place): Made => {
    const name = place.join(" ");
    const known = made.get(name);
    if (known !== undefined) return known;
    const fresh = make(...place);
    const [oldest] = made.size < PLACES ? [] : made.keys();
    if (oldest !== undefined) made.delete(oldest);
    made.set(name, fresh);
    return fresh;
  };
}
