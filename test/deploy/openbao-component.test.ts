/** The component, and the chart's value, that give the service a token for OpenBao: its files are where its variables say. */
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import { listAt, manifestsOf, readObject, stringsAt, under } from './support/manifests.ts';
import { objectsOf, readRecording } from './support/rendering.ts';

const FOLDER = 'deploy/components/openbao-token';
const kustomization = readObject(`${FOLDER}/kustomization.yaml`);
const patch = readObject(`${FOLDER}/deployment.yaml`);
const pod = under(patch, 'spec', 'template', 'spec');
const [container = {}] = listAt(pod, 'containers');
const [generated = {}] = listAt(kustomization, 'configMapGenerator');
const environment = Object.fromEntries(stringsAt(generated, 'literals').map((literal) => literal.split(/=(.*)/s).slice(0, 2)));
const config = loadConfig({ BEARER_TOKEN_FILE: '/run/hooks/token', OPENBAO_ADDR: 'https://openbao.example.org', ...environment }).openBao;
const volumes = new Map(listAt(pod, 'volumes').map((volume) => [volume['name'], volume]));

function volumeAt(path: string | undefined): unknown {
  const mount = listAt(container, 'volumeMounts').find(({ mountPath }) => path?.startsWith(`${String(mountPath)}/`));
  expect(mount?.['readOnly']).toBe(true);
  return volumes.get(mount?.['name']);
}

describe('the component openbao-token', () => {
  it('is opt-in: the base does not have it', () => {
    expect(kustomization['kind']).toBe('Component');
    expect(readObject('deploy/base/kustomization.yaml')).not.toHaveProperty('components');
  });

  it('patches the Deployment and the environment of the base', () => {
    const deployment = manifestsOf('deploy/base').find(({ kind }) => kind === 'Deployment');
    expect(patch).toMatchObject({ kind: 'Deployment', metadata: { name: deployment?.name, namespace: deployment?.namespace } });
    const containers = listAt(deployment?.object ?? {}, 'spec', 'template', 'spec', 'containers').map(({ name }) => name);
    expect(containers).toEqual([container['name']]);
    const [base] = listAt(readObject('deploy/base/kustomization.yaml'), 'configMapGenerator');
    expect(generated).toMatchObject({ name: base?.['name'], namespace: base?.['namespace'], behavior: 'merge' });
  });

  it('mounts a token that is good for OpenBao alone, and not for long, where the service reads it', () => {
    const serviceAccountToken = { audience: 'openbao', expirationSeconds: 600, path: 'token' };
    expect(config?.tokenFile).toBe('/run/openbao/token');
    expect(volumeAt(config?.tokenFile)).toMatchObject({ projected: { defaultMode: 0o440, sources: [{ serviceAccountToken }] } });
  });

  it('mounts the list that an overlay brings where the service reads it', () => {
    expect(config?.allowFile).toBe('/etc/openbao/allow');
    expect(volumeAt(config?.allowFile)).toMatchObject({
      configMap: { name: 'forgejo-runner-operator-openbao', items: [{ key: 'allow', path: 'allow' }] },
    });
  });
});

describe('the chart with openbaoToken.enabled', () => {
  const objects = objectsOf(readRecording('helm/openbao-token'));
  const rendered = under(objects.find(({ kind }) => kind === 'Deployment') ?? {}, 'spec', 'template', 'spec');
  const [hooks = {}] = listAt(rendered, 'containers');

  it('mounts what the component mounts, where the component does', () => {
    expect(listAt(rendered, 'volumes')).toEqual(expect.arrayContaining([...listAt(pod, 'volumes')]));
    expect(listAt(hooks, 'volumeMounts')).toEqual(expect.arrayContaining([...listAt(container, 'volumeMounts')]));
  });

  it('sets the variables that the component sets, and the service starts with them', () => {
    const data = under(objects.find(({ kind }) => kind === 'ConfigMap') ?? {}, 'data');
    expect(data).toMatchObject(environment);
    expect(loadConfig(Object.fromEntries(Object.entries(data).map(([name, value]) => [name, String(value)]))).openBao).toMatchObject({
      tokenFile: '/run/openbao/token',
      allowFile: '/etc/openbao/allow',
    });
  });
});
