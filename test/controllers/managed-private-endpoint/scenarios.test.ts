import { readFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { SIDE_EFFECTS } from '../../../controllers/managed-private-endpoint/desired-preflight.ts';
import {
  OPEN_TARGET,
  OTHER_USES,
  oneLakeHost,
  SCENARIOS,
  usesOf,
} from '../../../controllers/managed-private-endpoint/desired-scenarios.ts';
import scenarios from '../../../controllers/managed-private-endpoint/scenarios.json' with { type: 'json' };
import { workspaceHosts } from '../../../operator/clients/host-names.ts';

const WORKSPACE = 'CFAFBEB1-8037-4d0c-896e-a46fb27ff227';

const DATE = { type: 'string', pattern: String.raw`^20\d\d-\d\d-\d\d$` };
const TEXT = { type: 'string', minLength: 1 };
const URL = { type: 'string', pattern: '^https://learn\\.microsoft\\.com/' };
const CODE = { type: 'string', pattern: '^[A-Z][A-Za-z]+$' };
const object = (properties: Record<string, unknown>, optional: readonly string[] = []) => ({
  type: 'object',
  additionalProperties: false,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  properties,
});
const SAID = { text: TEXT, source: URL, asOf: DATE };
const SCHEMA = object({
  asOf: DATE,
  source: URL,
  scenarios: {
    type: 'array',
    items: {
      ...object(
        {
          code: CODE,
          from: TEXT,
          to: TEXT,
          use: TEXT,
          needs: TEXT,
          path: TEXT,
          needsSource: URL,
          needsAsOf: DATE,
        },
        ['needs', 'path', 'needsSource', 'needsAsOf'],
      ),
      dependentRequired: { needs: ['needsSource', 'needsAsOf'], path: ['needs'] },
    },
  },
  otherwise: object(SAID),
  openTarget: object(SAID),
});

describe('the supported uses between workspaces', () => {
  test('are well-formed', () => {
    const ajv = new Ajv({ allErrors: true, strict: false });
    expect(ajv.validate(SCHEMA, scenarios) ? [] : ajv.errors).toEqual([]);
  });

  test('are the five that are documented', () => {
    expect(scenarios.scenarios.map(({ from, to }) => `${from} to ${to}`)).toEqual([
      'shortcut to workspace',
      'notebook to lakehouse',
      'pipeline to notebook',
      'eventstream to lakehouse',
      'eventstream to eventhouse',
    ]);
  });

  test('say what a notebook must write', () => {
    const host = workspaceHosts(WORKSPACE).find(({ member }) => member === 'workspace-ols')!.host;
    expect(oneLakeHost(WORKSPACE)).toBe(host);
    expect(usesOf(WORKSPACE)).toContain(
      `(the notebook must name the target workspace by its own host name: abfss://${WORKSPACE.toLowerCase()}@${host}/<lakehouse id>/Tables/<table>)`,
    );
    expect(usesOf(WORKSPACE)).toMatch(/^shortcut to workspace; notebook to lakehouse \(.*; eventstream to lakehouse; /);
    expect(usesOf(WORKSPACE)).toMatch(/eventstream to eventhouse \(.*event processing before ingestion.*\)$/);
  });

  test('leave room in a status for the sentence around them', () => {
    expect(`${usesOf(WORKSPACE)}${OTHER_USES}`.length).toBeLessThan(850);
  });

  test('stand in kubectl explain', async () => {
    const crd = parse(await readFile('crds/managedprivateendpoints.yaml', 'utf8'));
    const { properties } = crd.spec.versions[0].schema.openAPIV3Schema.properties.spec;
    const told: string = properties.target.description;
    expect(SCENARIOS.filter(({ use }) => !told.includes(use)).map(({ code }) => code)).toEqual([]);
    expect(told).toContain(OTHER_USES);
    const about: string = properties.workspaceId.description;
    expect(SIDE_EFFECTS.filter(({ text }) => !about.includes(text)).map(({ code }) => code)).toEqual([]);
  });

  test('stand on the page, with what each needs', async () => {
    const page = await readFile('docs/managed-private-endpoint.md', 'utf8');
    const words = SCENARIOS.flatMap(({ use, needs }) => [use, ...(needs === undefined ? [] : [needs])]);
    const others = [OTHER_USES, OPEN_TARGET, ...SIDE_EFFECTS.map(({ text }) => text)];
    const all = page.toLowerCase();
    expect([...words, ...others].filter((text) => !all.includes(text.toLowerCase()))).toEqual([]);
  });
});
