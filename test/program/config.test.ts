import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { type Config, type Environment, readConfig } from '../../operator/config.ts';

const inCluster: Environment = { KUBERNETES_SERVICE_HOST: '10.0.0.1' };

function accepted(env: Environment): Config {
  const result = readConfig({ ...inCluster, ...env });
  if (!result.ok) throw new Error(result.problems.join('\n'));
  return result.config;
}

function problems(env: Environment): string[] {
  const result = readConfig(env);
  return result.ok ? [] : result.problems;
}

describe('configuration', () => {
  test('a pod without settings gets the public clouds, leader election and both ports', () => {
    expect(accepted({})).toMatchObject({
      armUrl: 'https://management.azure.com',
      fabricUrl: 'https://api.fabric.microsoft.com',
      authorityHost: 'https://login.microsoftonline.com',
      timeScale: 1,
      leaderElection: true,
      watchNamespaces: [],
      ambientNamespaces: [],
      metricsAddress: { host: '', port: 8080 },
      healthAddress: { host: '', port: 8081 },
    });
  });

  test('every problem is listed at once, each with the name of its setting', () => {
    const found = problems({
      AZURE_AUTHORITY_HOST: 'http://login.example',
      FABRICLINK_ARM_URL: 'nonsense',
      FABRICLINK_FABRIC_SCOPE: 'https://api.fabric.microsoft.com',
      FABRICLINK_NAMESERVERS: '10.0.0.4,ns.example',
      FABRICLINK_PRIVATE_RANGES: '203.0.113.0/99',
      FABRICLINK_TIME_SCALE: '0.5',
      FABRICLINK_WATCH_NAMESPACES: 'Team_A',
      FABRICLINK_CLUSTER_ID: 'a.b',
      FABRICLINK_LEADER_ELECTION: 'yes',
      FABRICLINK_METRICS_ADDRESS: 'everywhere',
      FABRICLINK_HEALTH_ADDRESS: ':70000',
      FABRICLINK_LOG_LEVEL: 'loud',
    });
    expect(found.map((problem) => problem.split(':')[0])).toEqual([
      'AZURE_AUTHORITY_HOST',
      'FABRICLINK_ARM_URL',
      'FABRICLINK_FABRIC_SCOPE',
      'FABRICLINK_NAMESERVERS',
      'FABRICLINK_PRIVATE_RANGES',
      'FABRICLINK_TIME_SCALE',
      'FABRICLINK_WATCH_NAMESPACES',
      'FABRICLINK_LEADER_ELECTION',
      'FABRICLINK_CLUSTER_ID',
      'FABRICLINK_METRICS_ADDRESS',
      'FABRICLINK_HEALTH_ADDRESS',
      'FABRICLINK_LOG_LEVEL',
      'KUBECONFIG',
    ]);
  });

  test('a kubeconfig that cannot be read is named with its path', () => {
    expect(problems({ KUBECONFIG: '/does/not/exist' })).toEqual(['KUBECONFIG: cannot read "/does/not/exist" (ENOENT)']);
  });

  test('a file of authorities must be there and hold a certificate', () => {
    expect(problems({ ...inCluster, FABRICLINK_CA_FILE: '/does/not/exist' })).toEqual([
      'FABRICLINK_CA_FILE: cannot read "/does/not/exist" (ENOENT)',
    ]);
    const here = import.meta.filename;
    expect(problems({ ...inCluster, FABRICLINK_CA_FILE: here })).toEqual([
      `FABRICLINK_CA_FILE: "${here}" holds no PEM certificate`,
    ]);
    const fixture = new URL('../clients/fixtures/certificate.pem', import.meta.url).pathname;
    expect(accepted({ FABRICLINK_CA_FILE: fixture }).authorities).toEqual([
      expect.stringContaining('BEGIN CERTIFICATE'),
    ]);
  });

  test('name servers take an address, an address with a port, and IPv6 in brackets', () => {
    expect(accepted({ FABRICLINK_NAMESERVERS: '10.0.0.4, 127.65.1.53:5353,[fd00::1]:54' }).nameservers).toEqual([
      { address: '10.0.0.4', port: 53 },
      { address: '127.65.1.53', port: 5353 },
      { address: 'fd00::1', port: 54 },
    ]);
  });

  test('a time scale is refused as long as one cloud is not on loopback', () => {
    const local = 'https://127.0.0.1:8443';
    const scaled = {
      FABRICLINK_TIME_SCALE: '60',
      FABRICLINK_ARM_URL: local,
      FABRICLINK_FABRIC_URL: 'https://localhost:1',
      FABRICLINK_GRAPH_URL: local,
    };
    expect(problems({ ...inCluster, ...scaled })).toEqual([
      'FABRICLINK_TIME_SCALE: is 60, which only simulated clouds allow, but AZURE_AUTHORITY_HOST is https://login.microsoftonline.com; remove it',
    ]);
    const result = readConfig({ ...inCluster, ...scaled, AZURE_AUTHORITY_HOST: local });
    expect(result).toMatchObject({ ok: true, warnings: [expect.stringContaining('divided by 60')] });
  });

  test('a host that merely begins like loopback is not loopback', () => {
    expect(
      problems({ ...inCluster, FABRICLINK_TIME_SCALE: '2', AZURE_AUTHORITY_HOST: 'https://127.0.0.1.example' }),
    ).toHaveLength(4);
  });

  test('namespaces that may use the ambient identity need one to use', () => {
    expect(problems({ ...inCluster, FABRICLINK_AMBIENT_NAMESPACES: 'platform', AZURE_TENANT_ID: 't' })).toEqual([
      expect.stringContaining('FABRICLINK_AMBIENT_NAMESPACES: names namespaces, but'),
    ]);
    const identity = { AZURE_TENANT_ID: 't', AZURE_CLIENT_ID: 'c', AZURE_FEDERATED_TOKEN_FILE: '/token' };
    expect(accepted({ FABRICLINK_AMBIENT_NAMESPACES: 'platform', ...identity }).ambient).toEqual({
      tenantId: 't',
      clientId: 'c',
      federatedTokenFile: '/token',
    });
  });

  test('the token of the ambient identity can be kept from Secrets', () => {
    const identity = { AZURE_TENANT_ID: 't', AZURE_CLIENT_ID: 'c', AZURE_FEDERATED_TOKEN_FILE: '/token' };
    expect(accepted(identity).federatedTokenFile).toBe('/token');
    const kept = accepted({ ...identity, FABRICLINK_WORKLOAD_IDENTITY_CREDENTIALS: 'false' });
    expect(kept.federatedTokenFile).toBeUndefined();
    expect(kept.ambient).toMatchObject({ federatedTokenFile: '/token' });
  });

  test('the ambient identity may prove itself by a certificate, whose file must be there', () => {
    const identity = { AZURE_TENANT_ID: 't', AZURE_CLIENT_ID: 'c', AZURE_CLIENT_CERTIFICATE_PASSWORD: 'p' };
    const file = join(import.meta.dirname, '../clients/fixtures/certificate.pem');
    expect(accepted({ ...identity, AZURE_CLIENT_CERTIFICATE_PATH: file }).ambient).toEqual({
      tenantId: 't',
      clientId: 'c',
      certificateFile: file,
      certificatePassword: 'p',
    });
    expect(problems({ ...inCluster, ...identity, AZURE_CLIENT_CERTIFICATE_PATH: '/nowhere' })).toEqual([
      'AZURE_CLIENT_CERTIFICATE_PATH: cannot read "/nowhere" (ENOENT)',
    ]);
  });

  test.each([
    [':8080', { host: '', port: 8080 }],
    ['127.0.0.1:0', { host: '127.0.0.1', port: 0 }],
    ['[::1]:9', { host: '::1', port: 9 }],
  ])('%s is an address to listen on', (address, expected) => {
    expect(accepted({ FABRICLINK_METRICS_ADDRESS: address }).metricsAddress).toEqual(expected);
  });

  test.each(['8080', ':', ':99999', 'a:b'])('%j is no address to listen on', (address) => {
    expect(problems({ ...inCluster, FABRICLINK_METRICS_ADDRESS: address })).toEqual([
      `FABRICLINK_METRICS_ADDRESS: "${address}" must be :port or address:port, or 0 to switch it off`,
    ]);
  });

  test('the metrics and health servers can be switched off', () => {
    expect(accepted({ FABRICLINK_METRICS_ADDRESS: '0', FABRICLINK_HEALTH_ADDRESS: '127.0.0.1:0' })).toMatchObject({
      metricsAddress: undefined,
      healthAddress: { host: '127.0.0.1', port: 0 },
    });
  });
});
