/** Keys whose values stay in the cache: more than a run of the bench or of the demo looks at in turn. */
const KEYS_AT_MOST = 512;

/**
 * What a seed, an account and a region decide, made once for the requests that ask for it in a row. Nobody may change
 * what is answered: it is the next one's answer too.
 */
export function memoized<Key extends readonly (string | number)[], Value>(make: (...key: Key) => Value) {
  const cache = new Map<string, Value>();
  return (...args: Key): Value => {
    const name = args.join(" ");
    const known = cache.get(name);
    if (known !== undefined) return known;
    const fresh = make(...args);
    const [oldest] = cache.size < KEYS_AT_MOST ? [] : cache.keys();
    if (oldest !== undefined) cache.delete(oldest);
    cache.set(name, fresh);
    return fresh;
  };
}
