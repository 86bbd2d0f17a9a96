/**
 * What Node is told in the image, beside the heap limit of the chart; NODE_OPTIONS does not take the second. By itself V8
 * gives young objects a hundred MiB, and lets the rest of the heap grow to two to four times what is live before it
 * collects: the memory of a container is too dear for that. What it saves and costs is in docs/performance.md.
 */
export const NODE_FLAGS = ['--max-semi-space-size=16', '--heap-growing-percent=40'] as const;

/** What the image runs. */
export const COMMAND = ['/usr/bin/node', ...NODE_FLAGS, '/app/operator.mjs'] as const;
