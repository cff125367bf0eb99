/** Places of which what is there is kept: more than a run of the bench or of the demo looks at in turn. */
const PLACES = 512;

/**
 * What a seed, an account and a region decide, made once for the requests that ask for it in a row. Nobody may change
 * what is answered: it is the next one's answer too.
 */
export function memoized<Place extends readonly (string | number)[], Made>(make: (...key: Place) => Made) {
  const cache = new Map<string, Made>();
  return (...args: Place): Made => {
    const name = args.join(" ");
    const known = cache.get(name);
    if (known !== undefined) return known;
    const fresh = make(...args);
    const [oldest] = cache.size < PLACES ? [] : cache.keys();
    if (oldest !== undefined) cache.delete(oldest);
    cache.set(name, fresh);
    return fresh;
  };
}
