/** Valid specs about the shape of a runner's Pod, as in `accepted.ts`. */
export const ACCEPTED_PODS = [
  {
    situation: 'a Docker sidecar with all that it may get',
    because: 'each is a field, so that nobody writes the container by hand',
    patch: {
      containerMode: {
        dind: {
          image: 'docker@sha256:00ff',
          args: ['--debug', '--storage-driver=overlay2', '--log-level', 'warn'],
          registryMirrors: ['https://mirror.example.org', 'http://[fd00::1]:5000/hub/'],
          insecureRegistries: ['registry:5000', '10.0.0.0/8'],
          mtu: 1450,
          resources: { requests: { cpu: 1, memory: '2Gi' }, limits: { 'example.org/fuse': '1', memory: '1.5e9' } },
          storage: { emptyDir: { sizeLimit: '20Gi', medium: 'Memory' } },
        },
      },
    },
    filled: {},
  },
  {
    situation: 'Docker storage on a volume of its own',
    because: 'the disk of a node may be small',
    patch: { containerMode: { type: 'DindRootless', dind: { storage: { ephemeral: { size: '50Gi', storageClassName: 'fast' } } } } },
    filled: {},
  },
  {
    situation: 'Docker storage on a named claim in a pool of one runner at a time',
    because: 'only one daemon writes to it',
    patch: {
      maxRunners: 1,
      schedules: [{ name: 'night', timeZone: 'UTC', start: '0 20 * * *', duration: '10h', maxRunners: 0 }],
      containerMode: { dind: { storage: { claimName: 'layers' } } },
    },
    filled: {},
  },
  {
    situation: 'a Docker daemon elsewhere with TLS',
    because: 'it is the only way by TCP',
    patch: {
      containerMode: { type: 'External', external: { dockerHost: 'tcp://docker.example.org:2376', tlsSecretRef: { name: 'docker' } } },
    },
    filled: {},
  },
  {
    situation: 'the socket of a Docker daemon elsewhere',
    because: 'the template mounts it',
    patch: {
      containerMode: { type: 'External', external: { dockerHost: 'unix:///run/host/docker.sock' } },
      template: {
        spec: {
          containers: [{ name: 'runner', volumeMounts: [{ name: 'docker', mountPath: '/run/host' }] }],
          volumes: [{ name: 'docker', hostPath: { path: '/run/docker' } }],
        },
      },
    },
    filled: {},
  },
  {
    situation: 'a cache server without a size',
    because: 'the size has a default',
    patch: { cache: { server: {} } },
    filled: { cache: { server: { size: '10Gi' } } },
  },
  {
    situation: 'a cache server of somebody else',
    because: 'its key has a default',
    patch: { cache: { externalServer: { url: 'http://cache.example.org:8088/', secretRef: { name: 'cache' } } } },
    filled: { cache: { externalServer: { secretRef: { name: 'cache', key: 'secret' } } } },
  },
  {
    situation: 'a proxy with credentials',
    because: 'they stand in a Secret',
    patch: {
      proxy: {
        http: { url: 'http://proxy.example.org:3128', credentialsSecretRef: { name: 'proxy' } },
        https: { url: 'https://[fd00::1]:3129/' },
        noProxy: ['.example.org', '10.0.0.0/8', '*', '[fd00::2]:443', '_srv.example.org'],
      },
    },
    filled: {},
  },
  {
    situation: 'a network policy that allows nothing besides',
    because: 'Forgejo may have a public address',
    patch: { networkPolicy: {} },
    filled: {},
  },
  {
    situation: 'a network policy with peers of both kinds',
    because: 'sites have networks and neighbours',
    patch: {
      networkPolicy: {
        allow: [{ cidr: '10.20.0.0/16', ports: [443, 22] }, { namespace: 'forgejo' }, { cidr: 'fd00:10::/64' }],
        block: ['203.0.113.0/24', '2001:db8::/32', '0.0.0.0/0'],
      },
    },
    filled: {},
  },
  {
    situation: 'every field of placement',
    because: 'they are what they are in a Pod',
    patch: {
      resources: { requests: { cpu: '500m' }, limits: { memory: 1073741824 }, claims: [{ name: 'gpu' }] },
      nodeSelector: { 'kubernetes.io/arch': 'arm64' },
      tolerations: [{ key: 'ci', operator: 'Exists', effect: 'NoSchedule', tolerationSeconds: 60 }, {}],
      affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [] }] } } },
      topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway' }],
      priorityClassName: 'ci',
      runtimeClassName: 'gvisor',
      serviceAccountName: 'ci',
      imagePullSecrets: [{ name: 'registry' }],
    },
    filled: {},
  },
  {
    situation: 'a template that adds to the containers and volumes of the operator',
    because: 'it breaks nothing',
    patch: {
      template: {
        metadata: { annotations: { 'example.org/team': 'a', 'example.org/old': null } },
        spec: {
          hostNetwork: true,
          automountServiceAccountToken: true,
          shareProcessNamespace: false,
          securityContext: { $patch: 'replace', runAsUser: 2000 },
          containers: [
            {
              name: 'runner',
              image: 'runner:own',
              env: [
                { name: 'SSL_CERT_DIR', value: '/certs' },
                { name: 'LANG', $patch: 'delete' },
              ],
              volumeMounts: [
                { name: 'npm', mountPath: '/home/runner/.npm' },
                { name: 'scratch', mountPath: '/tmp/scratch' },
                { name: 'certs', mountPath: '/etc/runner-certs' },
              ],
              ports: [
                { containerPort: 9100, name: 'metrics' },
                { containerPort: 9100, name: 'metrics-udp', protocol: 'UDP' },
              ],
              livenessProbe: { httpGet: { port: 'metrics' }, initialDelaySeconds: null },
            },
          ],
          initContainers: [
            {
              name: 'dind',
              resources: { limits: { cpu: '4' } },
              env: [
                { name: 'DOCKER_BUILDKIT', value: '1' },
                { name: 'HOME', value: '/root' },
                { name: 'HTTP_PROXY', value: 'http://proxy.example.org:3128' },
              ],
              volumeMounts: [{ name: 'certs', mountPath: '/etc/docker/certs.d' }],
              startupProbe: { failureThreshold: 300 },
            },
            { name: 'mine', $retainKeys: ['name', 'image'], image: 'x' },
            { name: 'old', $patch: 'delete' },
            { name: 'old', image: 'y' },
          ],
          '$setElementOrder/initContainers': [{ name: 'job-env' }, { name: 'dind' }, { name: 'mine' }, { name: 'old' }],
          volumes: [
            { name: 'tmp', emptyDir: { sizeLimit: '1Gi', medium: 'Memory' } },
            { name: 'home', ephemeral: { volumeClaimTemplate: { spec: { resources: { requests: { storage: '20Gi' } } } } } },
            { name: 'cache', emptyDir: {} },
            { name: 'docker-tls', secret: { secretName: 'x', defaultMode: 288 } },
          ],
        },
      },
    },
    filled: {},
  },
  {
    situation: 'a Docker daemon of the template in Host mode',
    because: 'nothing of that name is ours there',
    patch: {
      labels: ['sh:host'],
      containerMode: { type: 'Host' },
      template: {
        spec: {
          containers: [
            {
              name: 'runner',
              env: [{ name: 'DOCKER_HOST', value: 'unix:///run/dind/docker.sock' }],
              volumeMounts: [{ name: 'dind-socket', mountPath: '/run/dind' }],
            },
          ],
          initContainers: [{ name: 'dind', image: 'docker:dind', command: ['dockerd'], restartPolicy: 'Always' }],
          volumes: [
            { name: 'dind-socket', emptyDir: {} },
            { name: 'dind-storage', emptyDir: {} },
          ],
        },
      },
    },
    filled: {},
  },
  {
    situation: 'a container beside the runner of a persistent pool',
    because: 'its Deployment never ends',
    patch: { mode: 'Persistent', template: { spec: { containers: [{ name: 'runner' }, { name: 'metrics', image: 'exporter:1' }] } } },
    filled: {},
  },
  {
    situation: 'a sidecar beside the runner of one job',
    because: 'Kubernetes ends it after the runner',
    patch: { template: { spec: { initContainers: [{ name: 'metrics', image: 'exporter:1', restartPolicy: 'Always' }] } } },
    filled: {},
  },
];
