import { type ChildProcess, spawn } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/** The project. */
export const ROOT = resolve(__dirname, '../../..');
/** Where the rehearsals of one test file write; removed at its end. */
export const folder = mkdtempSync(join(tmpdir(), 'start-'));
afterAll(() => rmSync(folder, { recursive: true }));

let connections = 0;
const proxy = createServer((socket) => {
  connections += 1;
  socket.destroy();
});
beforeAll(() => new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done)));
afterAll(() => proxy.close());

/** How often the proxy of the environment, which its endpoints of AWS are too, was asked: a rehearsal has nothing to say to it. */
export function proxied(): number {
  return connections;
}

/** A rehearsal as a process of its own. */
export interface Started {
  readonly child: ChildProcess;
  /** Everything that it and its children write for themselves. */
  readonly temporary: string;
  readonly out: string;
  readonly said: () => string;
  readonly ended: Promise<{ readonly code: number | null; readonly stdout: string; readonly said: string }>;
}

/** `npm start`, in folders of its own. */
export function start(name: string, ...options: string[]): Started {
  return startIn(ROOT, name, ...options);
}

/** `npm start` for the app in another directory. */
export function startIn(root: string, name: string, ...options: string[]): Started {
  return startBy(
    [process.execPath, '-r', 'ts-node/register', join(__dirname, 'start-in.ts'), root],
    name,
    options,
  );
}

/**
 * `npm start` where there is no network but this machine's own, and no proxy or endpoint that the environment names.
 * @returns the rehearsal, and what it asked for beyond the machine: packets that had no way to go, names to be resolved too
 */
export function startAlone(name: string, ...options: string[]): [Started, lost: () => number] {
  const [command, lost] = alone(name, [
    // Not the region that is assumed without one.
    ...['env', 'AWS_REGION=eu-central-1', 'AWS_DEFAULT_REGION=eu-central-1'],
    ...[process.execPath, '-r', 'ts-node/register', join(__dirname, 'start-in.ts')],
    ROOT,
  ]);
  return [startBy(command, name, options, 'http://192.0.2.1:3128'), lost];
}

/** A command that runs without a network, and how many packets of it had no way to go. */
export function alone(name: string, command: readonly string[]): [command: string[], lost: () => number] {
  const own = join(folder, name);
  mkdirSync(own, { recursive: true });
  // A resolver on this machine would ask for it.
  writeFileSync(join(own, 'resolv.conf'), 'nameserver 192.0.2.53\n');
  const script = `ip link set lo up && mount --bind '${own}/resolv.conf' /etc/resolv.conf || exit
"$@"
code=$?
cat /proc/net/snmp /proc/net/snmp6 >'${own}/network'
exit $code`;
  return [
    ['unshare', '--map-root-user', '--mount', '--net', 'sh', '-c', script, 'sh', ...command],
    () => withoutRoute(readFileSync(join(own, 'network'), 'utf8')),
  ];
}

/** The kernel's count, of both versions of IP. */
function withoutRoute(counters: string): number {
  const [names, values] = [...counters.matchAll(/^Ip: (.+)$/gm)].map(([, line]) => line!.split(' '));
  const six = /^Ip6OutNoRoutes\s+(\d+)$/m.exec(counters)![1];
  return Number(values![names!.indexOf('OutNoRoutes')]) + Number(six);
}

/** `npm start` by npm. */
export function startByNpm(name: string): Started {
  return startBy(['npm', 'start', '--'], name, []);
}

/** A project of these files beside this one: `app.ts` and what it names. */
export function projectOf(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(folder, 'project-'));
  const { context } = JSON.parse(readFileSync(join(ROOT, 'cdk.json'), 'utf8')) as { context: object };
  const settings = JSON.stringify({ app: 'ts-node app.ts', context });
  for (const [name, text] of Object.entries({ 'cdk.json': settings, ...files })) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  for (const name of ['node_modules', 'tsconfig.json']) {
    symlinkSync(join(ROOT, name), join(root, name));
  }
  return root;
}

/** `npm start` for the app in another directory, where one of its folders is a disk of so many MB of its own. */
export function startOnDisk(root: string, name: string, disk: 'tmp' | 'out', options: string): Started {
  const path = join(folder, name, disk);
  mkdirSync(path, { recursive: true });
  const mounted = `mount -t tmpfs -o ${options} tmpfs '${path}' && exec "$@"`;
  const command = [process.execPath, '-r', 'ts-node/register', join(__dirname, 'start-in.ts'), root];
  return startBy(['unshare', '--map-root-user', '--mount', 'sh', '-c', mounted, 'sh', ...command], name, []);
}

/** What a person's environment says of an account of theirs, and of what stands between them and AWS. */
function ofRealAccount(address: string): Record<string, string> {
  const services = ['', '_S3', '_STS', '_SAGEMAKER', '_CLOUDFORMATION', '_CLOUDWATCH_LOGS'];
  const proxies = ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'npm_config_proxy'];
  const named = [...services.map((service) => `AWS_ENDPOINT_URL${service}`), ...proxies];
  return {
    ...Object.fromEntries(named.map((variable) => [variable, address])),
    AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    AWS_SESSION_TOKEN: 'of-a-real-account',
    AWS_PROFILE: 'of-a-real-account',
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'us-east-1',
    CDK_DEFAULT_ACCOUNT: '999999999999',
  };
}

function startBy(
  [program, ...words]: string[],
  name: string,
  options: string[],
  beyond = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
): Started {
  const [temporary, out] = [join(folder, name, 'tmp'), join(folder, name, 'out')];
  mkdirSync(temporary, { recursive: true });
  const child = spawn(program!, [...words, '--out', out, ...options], {
    cwd: ROOT,
    env: {
      ...process.env,
      ...ofRealAccount(beyond),
      TMPDIR: temporary,
      NODE_NO_WARNINGS: '1',
    },
  });
  let [stdout, said] = ['', ''];
  child.stdout.on('data', (data: Buffer) => {
    stdout += data.toString();
    said += data.toString();
  });
  child.stderr.on('data', (data: Buffer) => (said += data.toString()));
  const ended = new Promise<Awaited<Started['ended']>>((done) =>
    child.on('close', (code) => done({ code, stdout, said })),
  );
  return { child, temporary, out, said: () => said, ended };
}

/** Waits for a condition, three minutes at most. */
export async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + 180_000;
  while (!(await condition())) {
    if (Date.now() > deadline) {
      throw new Error(`not in three minutes: ${what}`);
    }
    await new Promise((done) => setTimeout(done, 200));
  }
}

/** Processes that have a folder of ours in their command line or environment. */
function processesOf(path: string): string[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((entry) => {
      try {
        const command = readFileSync(`/proc/${entry}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return (command + readFileSync(`/proc/${entry}/environ`, 'utf8')).includes(path) ? [command] : [];
      } catch {
        // It ended meanwhile.
        return [];
      }
    });
}

async function answers(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => {
      socket.destroy();
      done(true);
    });
    socket.on('error', () => done(false));
  });
}

function portIn(said: string): number {
  return Number(/http:\/\/localhost:(\d+)/.exec(said)![1]);
}

/** What is still there of a rehearsal that has ended: its port, its processes, its temporary files. */
export async function remains({ said, temporary }: Started): Promise<string[]> {
  return [
    ...((await answers(portIn(said()))) ? ['its port'] : []),
    ...processesOf(temporary),
    // ts-node's cache of compiled code, which it keeps for the next run.
    ...readdirSync(temporary).filter((name) => !name.startsWith('v8-compile-cache')),
  ];
}
