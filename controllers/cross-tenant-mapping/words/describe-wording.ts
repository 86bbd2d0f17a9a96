/** `says`: what is the case. `next`: what happens next, or who must do what. Both continue a sentence. */
export type Wording = { says: string; next: string };

export const LOOKS_AGAIN = 'the operator looks again every ten minutes';
