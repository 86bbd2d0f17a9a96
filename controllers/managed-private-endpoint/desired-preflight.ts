import { oneLakeHost } from './desired-scenarios.ts';
import { lookUpTarget } from './desired-targets.ts';
import limitations from './limitations.json' with { type: 'json' };
import type { Desired, PreflightItem, Seen } from './types.ts';

/** When a finding applies; any of these. */
type When = {
  always?: boolean;
  /** The target is the private link service of a workspace. */
  workspaceTarget?: boolean;
  fqdns?: boolean;
  /** Types of Azure resources. */
  types?: readonly string[];
  /** Of the target's facts, and of the endpoint's. */
  workspace?: string;
  endpoint?: string;
  /** Fabric has not refused the capacity, or has not been asked. */
  capacity?: string;
};

type Finding = {
  code: string;
  severity: string;
  when: When;
  message: string;
  remedy: string;
  source: string;
  asOf: string;
};

const FINDINGS: readonly Finding[] = limitations.limitations;
const ITEM_LIMIT = 512;

/** What a workspace's first managed private endpoint changes in that workspace. */
export const SIDE_EFFECTS: readonly { code: string; text: string }[] = FINDINGS.filter(({ code }) =>
  ['StarterPoolsStop', 'WorkspaceStaysInRegion'].includes(code),
).map(({ code, message }) => ({ code, text: message }));

type About = {
  desired: Desired;
  target?: Pick<Seen['target'], 'id' | 'scope' | 'workspaceId' | 'warnings'> & { facts: { workspace: string } };
  endpoint?: { facts: { endpoint: string } };
};

/**
 * What stands in the way of the endpoint, and what it changes and cannot do, from dated data: the same before it is
 * asked for and afterwards. Whoever was not looked at yet is judged by the spec alone. Fabric is the judge: nothing is
 * held back by what stands here.
 */
export function preflightOf(about: About): readonly PreflightItem[] {
  const { desired, target } = about;
  const warnings = (target?.warnings ?? desired.warnings).map(
    (message): PreflightItem => ({
      code: 'TargetNotDocumented',
      severity: 'Degrades',
      ...itemOf(about, true),
      message,
    }),
  );
  const found = FINDINGS.filter(({ when }) => applies(when, about)).map((finding) => entryOf(finding, about));
  const blocks = ({ severity }: PreflightItem) => severity === 'Blocks';
  return [...found.filter(blocks), ...warnings, ...found.filter((one) => !blocks(one))];
}

function entryOf({ code, severity, when, message, remedy, source, asOf }: Finding, about: About): PreflightItem {
  const { target } = about;
  const host = target?.workspaceId === undefined ? '' : `, ${oneLakeHost(target.workspaceId)}`;
  const isAboutTarget = when.types !== undefined || when.workspaceTarget === true || when.fqdns === true;
  return {
    code,
    severity: severity === 'Blocks' ? 'Blocks' : 'Degrades',
    ...itemOf(about, isAboutTarget),
    message: `${message.replace('<host>', host)}; ${remedy} (${source}, ${asOf})`,
  };
}

/** The target where it is known, or the source workspace. */
function itemOf({ desired, target }: About, isAboutTarget: boolean): { item?: string } {
  const targetId = target?.id ?? desired.resourceId;
  const item = isAboutTarget ? targetId : `workspace ${desired.source.workspaceId}`;
  return item === undefined ? {} : { item: item.slice(0, ITEM_LIMIT) };
}

function applies(when: When, { desired, target, endpoint }: About): boolean {
  const isUnsupported = endpoint?.facts.endpoint === 'unsupported';
  const type = desired.resourceId === undefined ? undefined : lookUpTarget(desired.resourceId).type.toLowerCase();
  const isWorkspace = desired.reference !== undefined || type === WORKSPACE_SERVICE;
  return (
    when.always === true ||
    (when.workspaceTarget === true && isWorkspace) ||
    (when.fqdns === true && desired.fqdns.length > 0) ||
    (when.types ?? []).some((one) => one.toLowerCase() === type) ||
    (when.workspace !== undefined && target?.facts.workspace === when.workspace) ||
    (when.endpoint !== undefined && endpoint?.facts.endpoint === when.endpoint) ||
    (when.capacity === 'notRefused' && !isUnsupported)
  );
}

const WORKSPACE_SERVICE = 'microsoft.fabric/privatelinkservicesforfabric';
