import { crdResource } from '../crd/resource.ts';
import type { Resource } from '../resource.ts';
import { CORE } from './core.ts';
import { EVENTS } from './events.ts';
import { LEASE } from './leases.ts';
import { STORED } from './stored.ts';

/** Every kind that is served without a CustomResourceDefinition. */
export const builtinResources = (): Resource[] => [...CORE, ...EVENTS, LEASE, crdResource(), ...STORED];
