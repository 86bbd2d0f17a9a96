import { spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  type CrossTenantMapping,
  type CrossTenantMappingSpec,
  crossTenantMappings,
} from '../../crds/cross-tenant-mapping.ts';
import {
  type ManagedPrivateEndpoint,
  type ManagedPrivateEndpointSpec,
  managedPrivateEndpoints,
} from '../../crds/managed-private-endpoint.ts';
import {
  type WorkspacePrivateLink,
  type WorkspacePrivateLinkSpec,
  workspacePrivateLinks,
} from '../../crds/workspace-private-link.ts';
import type { KubeObject, ResourceType } from '../../operator/clients/kube/types.ts';
import { type Crd, moduleFor, type Schema } from '../../scripts/crd-types.ts';

const apiVersion = 'fabriclink.dev/v1alpha1' as const;
const root = join(import.meta.dirname, '../..');

function aCrd(spec: Record<string, Schema>, required: string[] = []): Crd {
  const status: Schema = { type: 'object', properties: { conditions: { type: 'array', items: { type: 'object' } } } };
  const openAPIV3Schema: Schema = {
    type: 'object',
    description: 'A thing.',
    properties: { spec: { type: 'object', required, properties: spec }, status },
  };
  return {
    spec: {
      group: 'example.dev',
      scope: 'Namespaced',
      names: { kind: 'Thing', plural: 'things', singular: 'thing' },
      versions: [{ name: 'v1', storage: true, schema: { openAPIV3Schema } }],
    },
  };
}

/** The module without layout, as the formatter decides that. */
const generated = (crd: Crd) => moduleFor(crd, 'crds/things.yaml').replaceAll(/\s+/g, ' ');

describe('the type of a field', () => {
  test('is optional unless the schema requires it or fills it in', () => {
    const text = generated(
      aCrd({ must: { type: 'string' }, may: { type: 'string' }, filled: { type: 'boolean', default: false } }, [
        'must',
      ]),
    );
    expect(text).toContain('must: string; may?: string; /** Default: false. */ filled: boolean;');
  });

  test('is a union of the words that an enum allows', () => {
    const mode: Schema = { type: 'string', enum: ['Manual', 'Auto'] };
    const text = generated(aCrd({ mode, modes: { type: 'array', items: mode } }));
    expect(text).toContain("mode?: 'Manual' | 'Auto'; modes?: ('Manual' | 'Auto')[];");
  });

  test('has a name of its own where it is an object, singular in a list and marked below status', () => {
    const port: Schema = { type: 'object', properties: { number: { type: 'integer' } } };
    const text = generated(aCrd({ ports: { type: 'array', items: port }, policies: { type: 'array', items: port } }));
    expect(text).toContain('ports?: ThingPort[]; policies?: ThingPolicy[];');
    expect(text).toContain('export type ThingPort = { number?: number; };');
    expect(text).toContain('export type ThingStatus = { conditions?: Condition[]; };');
  });

  test('carries what the schema says about it, without ending the comment early', () => {
    const text = generated(aCrd({ glob: { type: 'string', description: 'Such as *.yaml.' } }));
    expect(text).toContain('/** Such as *.yaml. */ glob?: string;');
    expect(generated(aCrd({ glob: { type: 'string', description: 'Ends with */ here.' } }))).toContain(
      'Ends with * / here.',
    );
  });

  test('is never guessed', () => {
    expect(() => moduleFor(aCrd({ odd: {} }), 'x')).toThrow(
      'Thing spec.odd: no TypeScript type for schema type (none)',
    );
  });

  test('is never two things under one name', () => {
    const object: Schema = { type: 'object', properties: { x: { type: 'string' } } };
    const twice = aCrd({ port: object, ports: { type: 'array', items: object } });
    expect(() => moduleFor(twice, 'x')).toThrow('two schemas would be called ThingPort');
  });
});

test('the generated types are what the Kubernetes client takes', () => {
  const metadata = { name: 'sales' };
  const objects: [KubeObject, ResourceType][] = [
    [
      {
        apiVersion,
        kind: 'WorkspacePrivateLink',
        metadata,
        spec: {} as WorkspacePrivateLinkSpec,
      } satisfies WorkspacePrivateLink,
      workspacePrivateLinks,
    ],
    [
      {
        apiVersion,
        kind: 'ManagedPrivateEndpoint',
        metadata,
        spec: {} as ManagedPrivateEndpointSpec,
      } satisfies ManagedPrivateEndpoint,
      managedPrivateEndpoints,
    ],
    [
      {
        apiVersion,
        kind: 'CrossTenantMapping',
        metadata,
        spec: {} as CrossTenantMappingSpec,
      } satisfies CrossTenantMapping,
      crossTenantMappings,
    ],
  ];
  for (const [object, type] of objects) {
    expect(type.kind).toBe(object.kind);
    expect(`${type.group}/${type.version}`).toBe(object.apiVersion);
  }
});

describe('npm run generate', () => {
  let copy: string;
  const generate = (...args: string[]) =>
    spawnSync(process.execPath, ['scripts/generate.ts', ...args], { cwd: copy, encoding: 'utf8' });

  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), 'generate-'));
    for (const path of [
      'charts',
      'controllers',
      'crds',
      'docs',
      'examples',
      'operator',
      'scripts',
      'biome.json',
      '.gitignore',
      'package.json',
    ]) {
      cpSync(join(root, path), join(copy, path), { recursive: true });
    }
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  });
  afterAll(() => rmSync(copy, { recursive: true }));

  test('finds the committed files up to date', () => {
    expect(generate('--check')).toMatchObject({ status: 0, stdout: '' });
  });

  test('with --check says what is stale and what to run, and changes nothing; without it, brings it up to date', () => {
    const path = join(copy, 'crds/workspace-private-link.ts');
    const committed = readFileSync(path, 'utf8');
    appendFileSync(path, '// edited by hand\n');
    const check = generate('--check');
    expect(check).toMatchObject({ status: 1, stdout: 'stale crds/workspace-private-link.ts\n' });
    expect(check.stderr).toContain('npm run generate');
    expect(readFileSync(path, 'utf8')).toMatch(/edited by hand\n$/);
    expect(generate()).toMatchObject({ status: 0, stdout: 'wrote crds/workspace-private-link.ts\n' });
    expect(readFileSync(path, 'utf8')).toBe(committed);
  });

  test('notices a machine that the drawing does not show', () => {
    const path = join(copy, 'docs/states/workspace-private-link.md');
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replace('## service', '## something else'));
    const stale = 'stale docs/states/workspace-private-link.md\n';
    expect(generate('--check')).toMatchObject({ status: 1, stdout: stale });
    writeFileSync(path, text);
  });

  test('notices a changed CRD, in the types, in the reference and in the chart', () => {
    const path = join(copy, 'crds/crosstenantmappings.yaml');
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replace('enum: [None, Graph]', 'enum: [None, Graph, Log]'));
    const stale = [
      'stale crds/cross-tenant-mapping.ts',
      'stale docs/reference/crosstenantmapping.md',
      'stale charts/fabric-link-operator/templates/crds/crosstenantmappings.yaml',
    ];
    expect(generate('--check')).toMatchObject({ status: 1, stdout: `${stale.join('\n')}\n` });
    writeFileSync(path, text);
  });

  test('notices a value that the chart’s values.yaml and README do not show', () => {
    const path = join(copy, 'charts/fabric-link-operator/values.schema.json');
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replace('"default": "info"', '"default": "warn"'));
    const stale = ['values.yaml', 'README.md'].map((name) => `stale charts/fabric-link-operator/${name}\n`);
    expect(generate('--check')).toMatchObject({ status: 1, stdout: stale.join('') });
    writeFileSync(path, text);
  });
});
