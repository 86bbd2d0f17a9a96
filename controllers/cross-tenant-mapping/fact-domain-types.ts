/** Every value of every fact of a ladder: tests walk all observations. */
export type Domain = Readonly<Record<string, readonly (boolean | string)[]>>;

/** The facts that such a list allows. */
export type FactsOf<D extends Domain> = { readonly [K in keyof D]: D[K][number] };
