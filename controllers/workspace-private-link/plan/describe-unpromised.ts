const NOTHING = 'nothing is done about it while managementPolicy is Observe';
/** Looking, waiting and asking is what Observe is about; whatever else the operator would do, it does not. */
const PROMISE =
  /^(the operator (?!looks|waits|tries|asks again)|public access is denied |it is approved |the decision is made |the endpoint is created$)/;
const AND_THEN = /^(the operator looks again every ten minutes), and .*$/;

/** What happens next, of an object that is only observed: without the promises that are meant for one that is managed. */
export function unpromised(next: string): string {
  const clauses = next.split('; ').map((clause) => {
    const looks = AND_THEN.exec(clause)?.[1];
    return looks ?? (PROMISE.test(clause) ? NOTHING : clause);
  });
  return [...new Set(clauses)].join('; ');
}
