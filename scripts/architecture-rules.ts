import type { IForbiddenRuleType } from 'dependency-cruiser';

type Rule = IForbiddenRuleType;

const forbid = (name: string, from: string, to: string, notTo?: string): Rule => ({
  name,
  severity: 'error',
  from: { path: from },
  to: notTo ? { path: to, pathNot: notTo } : { path: to },
});

/** The folder of a kind, or the room of one of its ladders in it. */
const ROOM = 'controllers/.+/';

/** The import table of ARCHITECTURE.md, as rules. */
export const rules: Rule[] = [
  forbid(
    'production never imports simulator, test, bench or scripts',
    '^(operator|controllers|crds)/',
    '^(simulator|test|bench|scripts)/',
  ),
  forbid(
    'the simulator shares no code with what it judges',
    '^simulator/',
    '^(operator|controllers|test|bench|scripts)/',
  ),
  {
    name: 'controllers never import each other',
    severity: 'error',
    from: { path: '^controllers/([^/]+)/' },
    to: { path: '^controllers/', pathNot: '^controllers/$1/' },
  },
  forbid(
    'machine.ts, and the ladders it is split into, import xstate and ./types only',
    `^${ROOM}machine[^/]*\\.ts$`,
    '.',
    `(^node_modules/xstate|types\\.ts$|^operator/(approval/machine|runtime/(leaf|loss/machine))\\.ts$|^${ROOM}machine[^/]*\\.ts$)`,
  ),
  forbid(
    'desired.ts and describe.ts are pure: ./types, generated API types, dated data, operator/approval and operator/words only',
    `^${ROOM}(desired|describe)[^/]*\\.ts$`,
    '.',
    `(types\\.ts$|^crds/|^operator/(approval|words)/|^${ROOM}(desired|describe)[^/]*\\.ts$|\\.json$)`,
  ),
  forbid(
    'plan.ts is pure: machines, words and what the runtime calls a plan',
    `^${ROOM}plan[^/]*\\.ts$`,
    '.',
    `(types\\.ts$|^operator/(runtime/(kind|walk-ahead)\\.ts$|words/)|^${ROOM}(plan|machine|ladders|desired|describe)[^/]*\\.ts$)`,
  ),
  forbid(
    'the runtime knows no kind and no cloud',
    '^operator/runtime/',
    '^(controllers|operator/clients/(arm|fabric|graph)|operator/wire)',
  ),
  forbid(
    'clients know neither runtime nor controllers',
    '^operator/clients/',
    '^(controllers|operator/runtime|operator/wire)',
  ),
  forbid(
    'operator/approval is pure: the clouds’ types only, and what the rungs of a ladder are',
    '^operator/approval/',
    '.',
    '^operator/(approval/|clients/(arm|fabric)/types\\.ts$|runtime/leaf\\.ts$)',
  ),
  forbid(
    'operator/words is pure: what errors, objects and the runtime’s reports are, as types',
    '^operator/words/',
    '.',
    '^operator/(words/|errors\\.ts$|runtime/kind\\.ts$|clients/kube/types\\.ts$)',
  ),
  forbid('only wire.ts knows the controllers', '^operator/(?!wire\\.ts)', '^controllers/'),
  {
    name: 'no circles',
    severity: 'error',
    from: {},
    to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
  },
];
