import { allOn, type Evidence } from '../evidence.ts';

/** Refusals of Microsoft Graph (cloud-apis section 16), each with a contract case. */
export const GRAPH_EVIDENCE = {
  requirePermission: 'D',
  requireConsistencyLevel: 'G',
  countGraphRequests: 'G',
} as const satisfies Record<string, Evidence>;

export type GraphSwitch = keyof typeof GRAPH_EVIDENCE;

export type GraphConduct = {
  switches: Record<GraphSwitch, boolean>;
  /** A stand-in for resource units, which depend on the tenant's size: so many requests in ten seconds [G]. */
  requestsPerWindow: number;
  /** Entries on a page, unless $top asks for another number up to 999 [G]. */
  pageSize: number;
};

export function publishedGraphConduct(): GraphConduct {
  return { switches: allOn(GRAPH_EVIDENCE), requestsPerWindow: 500, pageSize: 100 };
}
