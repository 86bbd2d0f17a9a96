/** Field paths as the API server writes them: `spec.endpoints[0].name`, `spec.tags[a.b]`. */
export const child = (path: string, name: string): string => (path && name ? `${path}.${name}` : path || name);
export const item = (path: string, index: number): string => `${path}[${index}]`;
export const entry = (path: string, key: string): string => `${path}[${key}]`;
