/**
 * Turns `client.documents.get` into whatever is made for the path `documents.get`. It knows nothing of the contract but its type, so
 * nothing of the contract is in the bundle.
 */

/** A record of records, made as they are read. */
export function clientProxy(controls: object, make: (path: string) => object): object {
  return lazyRecord(controls, (service) => lazyRecord({}, (name) => make(`${service}.${name}`)));
}

/** An object whose properties are made when they are first read. It is no promise: `then` stays undefined, so it can be awaited. */
function lazyRecord(made: object, make: (name: string) => object): object {
  return new Proxy({ __proto__: null, ...made } as unknown as Record<string, object>, {
    get(known, name) {
      if (typeof name === 'string' && name !== 'then') known[name] ??= make(name);
      return known[name as string];
    },
  });
}
