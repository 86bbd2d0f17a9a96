import { same } from '../desired-names.ts';
import eligibility from '../eligibility.json' with { type: 'json' };
import type { PreflightItem, ServiceFacts, WorkspacePrivateLink } from '../types.ts';
import limitations from './limitations.json' with { type: 'json' };

type Item = { displayName: string; type: string };

/** What is known about the workspace and the object when findings are looked up; what was not read is undefined. */
export type Surroundings = {
  spec: WorkspacePrivateLink['spec'];
  capacity: ServiceFacts['capacity'];
  items: readonly Item[] | undefined;
  /** Ids of the workspaces that are stages of deployment pipelines. */
  stages: readonly string[] | undefined;
};

/** When a finding applies; any of these. */
type When = {
  always?: boolean;
  items?: readonly string[];
  /** Where the spec denies outbound access. */
  outbound?: string;
  /** Where an endpoint serves a data gateway. */
  gateway?: boolean;
  pipelineStage?: boolean;
  capacity?: readonly string[];
  defaultSemanticModel?: boolean;
  itemTypeNotListed?: boolean;
};

type Finding = {
  code: string;
  severity: string;
  suspect?: boolean;
  when: When;
  message: string;
  remedy: string;
};

const FINDINGS: readonly Finding[] = [...eligibility.findings, ...limitations.limitations];
const LISTED = new Set(eligibility.itemTypes.flatMap(({ types }) => types));
const HAS_DEFAULT_MODEL = new Set(eligibility.itemsWithDefaultSemanticModel);
/** More names than these make no message clearer. */
const MOST_NAMED = 3;

/**
 * What stands in the way of denying public access, and what stops working with it: what blocks first, then whom we
 * suspect, then the rest; the same order whenever the same is found.
 */
export function findings(about: Surroundings): readonly PreflightItem[] {
  return FINDINGS.flatMap((finding) => entries(finding, about)).toSorted(
    (one, other) =>
      rank(one) - rank(other) || compare(one.code, other.code) || compare(one.item ?? '', other.item ?? ''),
  );
}

const rank = ({ severity, suspect }: PreflightItem): number => (severity === 'Blocks' ? 0 : suspect ? 1 : 2);
const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

function entries(finding: Finding, about: Surroundings): readonly PreflightItem[] {
  const { when, suspect = false } = finding;
  const entry: PreflightItem = {
    code: finding.code,
    severity: finding.severity === 'Blocks' ? 'Blocks' : 'Degrades',
    suspect,
    message: `${finding.message}; ${finding.remedy}`,
  };
  const concerned = itemsOf(when, about);
  // Fabric names no item when it refuses: each suspect is named by itself.
  if (suspect) return concerned.map((item) => ({ ...entry, item: nameOf(item) }));
  if (concerned.length > 0) return [{ ...entry, item: namesOf(concerned) }];
  return applies(when, about) ? [entry] : [];
}

function itemsOf(when: When, { items = [] }: Surroundings): readonly Item[] {
  if (when.items) return items.filter(({ type }) => when.items!.includes(type));
  if (when.defaultSemanticModel) return items.filter((item) => isDefaultModel(item, items));
  if (when.itemTypeNotListed) return items.filter((item) => !LISTED.has(item.type) && !isDefaultModel(item, items));
  return [];
}

/** Default semantic models are not marked (cloud-apis 24): one that bears the name of its parent is a suspect, no more. */
const isDefaultModel = ({ type, displayName }: Item, items: readonly Item[]): boolean =>
  type === 'SemanticModel' &&
  items.some((parent) => HAS_DEFAULT_MODEL.has(parent.type) && parent.displayName === displayName);

function applies(when: When, { spec, capacity, stages = [] }: Surroundings): boolean {
  return (
    when.always === true ||
    (when.outbound !== undefined && spec.outbound?.publicAccess === when.outbound) ||
    (when.gateway === true && (spec.endpoints ?? []).some(({ gateway }) => gateway !== undefined)) ||
    (when.capacity ?? []).includes(capacity) ||
    (when.pipelineStage === true && stages.some((id) => same(id, spec.workspaceId)))
  );
}

const nameOf = ({ displayName, type }: Item): string => `${displayName} (${type})`;

function namesOf(items: readonly Item[]): string {
  const names = items.map(nameOf).toSorted(compare);
  const more = names.length - MOST_NAMED;
  return more > 0 ? `${names.slice(0, MOST_NAMED).join(', ')} and ${more} more` : names.join(', ');
}
